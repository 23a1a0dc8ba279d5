package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One client, whatever it asks for, does not cost the others anything that they would notice. */
@Tag("B6")
class BystanderTest {
  private static final int MEMBERS = 90;
  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}";
  private static final String LEAVE = "{\"type\":\"leave_room\",\"room\":\"r\",\"id\":2}";
  private static final String WHO = "{\"type\":\"user_list\",\"room\":\"r\",\"id\":3}";
  private static final String PING = "{\"type\":\"ping\",\"id\":9}";

  private final Endpoint<Talk> endpoint = Talk.endpoint().anyRate();
  private final Server server = Server.builder().port(0).loops(1).endpoint("/ws", endpoint).start();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    server.close();
  }

  private Stranger stranger(String user) throws IOException {
    Stranger stranger = new Stranger(server.port(), open.size());
    stranger.open("/ws?user=" + user);
    open.add(stranger);
    return stranger;
  }

  /** Frames of a client, masked with zeros, as many as one read of a server takes. */
  private static byte[] block(String... messages) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    while (block.size() < 60_000) {
      for (String message : messages) {
        block.writeBytes(frame(message));
      }
    }
    return block.toByteArray();
  }

  private static byte[] frame(String message) {
    return Stranger.frame(Stranger.FIN | Stranger.TEXT, message.getBytes(UTF_8));
  }

  private void room() throws IOException {
    for (int i = 0; i < MEMBERS; i++) {
      Stranger member = stranger("member" + i);
      member.send(frame(JOIN));
      reading(member, new AtomicLong());
    }
  }

  private static void reading(Stranger who, AtomicLong bytes) {
    Thread.startVirtualThread(() -> {
      try {
        byte[] into = new byte[1 << 16];
        for (int n = who.read(into); n >= 0; n = who.read(into)) {
          bytes.addAndGet(n);
        }
      } catch (IOException over) {
        bytes.addAndGet(0);
      }
    });
  }

  /** The median of how long a bystander waits for an answer while somebody sends those blocks. */
  private Duration whileFlooded(byte[] block) throws Exception {
    try (Wire bystander = Wire.welcomed(server.port(), "bystander")) {
      Stranger flooder = stranger("flooder");
      AtomicLong answered = new AtomicLong();
      reading(flooder, answered);
      AtomicBoolean over = new AtomicBoolean();
      Thread flood =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  while (!over.get()) {
                    flooder.send(block);
                  }
                } catch (IOException closed) {
                  over.set(true);
                }
              });
      while (answered.get() < 100_000) {
        Thread.onSpinWait();
      }
      long[] took = new long[40];
      for (int i = 0; i < took.length; i++) {
        long since = System.nanoTime();
        bystander.ask(PING);
        took[i] = System.nanoTime() - since;
      }
      over.set(true);
      flooder.close();
      flood.join();
      Arrays.sort(took);
      return Duration.ofNanos(took[took.length / 2]);
    }
  }

  @Test
  void whoJoinsAndLeavesInALoopDelaysNobody() throws Exception {
    room();
    Duration median = whileFlooded(block(JOIN, LEAVE));
    assertThat(median).as("median wait of a bystander").isLessThan(Duration.ofMillis(100));
  }

  @Test
  void whoAsksWhoIsThereInALoopDelaysNobody() throws Exception {
    room();
    Duration median = whileFlooded(block(JOIN, WHO, WHO, WHO, WHO));
    assertThat(median).as("median wait of a bystander").isLessThan(Duration.ofMillis(100));
  }
}
