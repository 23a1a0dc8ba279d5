package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.MessageFormat;
import dev.switchboard.client.PlainClient;
import dev.switchboard.client.RawClient;
import dev.switchboard.client.RawMessage;
import dev.switchboard.client.Reconnect;
import dev.switchboard.transport.Deflate;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Our clients against npm ws, in a process of its own. */
@Tag("slow")
@Tag("A21")
class OtherServersTest {
  private final Program node = Program.of("node", "src/test/node/echo.mjs");
  private final String uri = "ws://127.0.0.1:" + node.port() + "/";

  record Said(String message) {}

  @AfterEach
  void stop() {
    node.close();
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    assertThat(next).as("nothing came within 10 s").isNotNull();
    return next;
  }

  @Test
  void recordsTextAndBytesComeBackAsTheyWent() throws Exception {
    for (MessageFormat form : MessageFormat.values()) {
      try (PlainClient<Said> client = Client.of(Said.class, form).build(uri)) {
        BlockingQueue<Object> said = new LinkedBlockingQueue<>();
        BlockingQueue<RawMessage> raw = new LinkedBlockingQueue<>();
        client.on(Said.class, event -> said.add(event.message()));
        client.connect();
        client.send(new Said("hi"));
        assertThat(next(said)).isEqualTo(new Said("hi"));
        client.onRaw(raw::add);
        byte[] big = new byte[2 << 20];
        new Random(3).nextBytes(big);
        client.send(big);
        client.send("then this");
        assertThat(next(raw))
            .isInstanceOfSatisfying(
                RawMessage.Binary.class, binary -> assertThat(binary.bytes()).isEqualTo(big));
        assertThat(next(raw)).isEqualTo(new RawMessage.Text("then this"));
      }
    }
  }

  @Test
  @Tag("B9")
  void largeMessagesAndStreamsAreCompressed() throws Exception {
    byte[] large = "the same again and again, ".repeat(5_042).getBytes(StandardCharsets.UTF_8);
    for (Deflate terms : List.of(Deflate.DEFAULT, Deflate.TAKEOVER)) {
      try (RawClient client = Client.raw().deflate(terms).build(uri)) {
        BlockingQueue<byte[]> bytes = new LinkedBlockingQueue<>();
        BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        client.onBinary(bytes::add);
        client.onText(texts::add);
        client.connect();
        for (int i = 0; i < 20; i++) {
          client.send(large);
          assertThat(next(bytes)).isEqualTo(large);
          client.send(new ByteArrayInputStream(large)).await();
          assertThat(next(bytes)).isEqualTo(large);
        }
        client.send("read");
        assertThat(Integer.parseInt(next(texts))).as("of 5 MB").isLessThan(large.length);
      }
    }
  }

  @Test
  @Tag("A8")
  @Tag("A9")
  @Tag("A18")
  void aCutConnectionComesBackAndPingsAreAnswered() throws Exception {
    try (RawClient client =
        Client.raw()
            .heartbeat(Duration.ofMillis(50), Duration.ofSeconds(5))
            .reconnect(Reconnect.fixed(Duration.ofMillis(200)))
            .build(uri)) {
      BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();
      BlockingQueue<String> texts = new LinkedBlockingQueue<>();
      client.events(ClientEvent.Closed.class, events::add);
      client.onText(texts::add);
      client.connect();
      client.send("cut");
      assertThat(next(events)).isEqualTo(new ClientEvent.Closed(1006, "", false));
      client.send("waited");
      assertThat(next(texts)).isEqualTo("waited");
      BlockingQueue<ClientEvent> beats = new LinkedBlockingQueue<>();
      client.events(ClientEvent.Heartbeat.class, beats::add);
      assertThat(next(beats)).isInstanceOf(ClientEvent.Heartbeat.class);
    }
  }
}
