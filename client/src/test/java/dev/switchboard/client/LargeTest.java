package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.RawPeer;
import dev.switchboard.server.RawTransfer;
import dev.switchboard.server.Server;
import dev.switchboard.transport.Deflate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large messages, in both directions, over real sockets. */
@Tag("A4")
class LargeTest {
  @TempDir private Path folder;

  private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<RawPeer> peers = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> pings = new LinkedBlockingQueue<>();
  private final Server server =
      Server.builder()
          .host("127.0.0.1")
          .port(0)
          .endpoint(
              "/raw",
              RawEndpoint.create()
                  .deflate(Deflate.DEFAULT)
                  .maxMessageBytes(16 << 20)
                  .onOpen(peers::add)
                  .onPing((peer, payload) -> pings.add("ping"))
                  .onText((peer, text) -> heard.add(text))
                  .onBinary((peer, bytes) -> heard.add(bytes)))
          .start();
  private final String uri = "ws://127.0.0.1:" + server.port() + "/raw";

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    assertThat(next).as("nothing came within 10 s").isNotNull();
    return next;
  }

  @AfterEach
  void nothingIsLeft() {
    server.close();
    assertThat(SharedLoops.users()).isZero();
  }

  @Test
  void aFileGoesOutInFragmentsAndSaysHowFarItIs() throws Exception {
    byte[] bytes = random(3_000_001);
    Path file = Files.write(folder.resolve("photo"), bytes);
    List<Long> progress = new CopyOnWriteArrayList<>();
    try (RawClient client = Client.raw().connect(uri)) {
      Transfer transfer = client.send(file).onProgress(progress::add);
      client.send("after it");
      transfer.await();
      assertThat(transfer.sent()).isEqualTo(bytes.length);
      assertThat((byte[]) next(heard)).isEqualTo(bytes);
      assertThat(next(heard)).isEqualTo("after it");
      assertThat(progress).isSorted().endsWith((long) bytes.length);
    }
  }

  @Test
  void messagesAroundLargeOnesKeepTheirOrder() throws Exception {
    byte[] large = random(1 << 20);
    try (RawClient client = Client.raw().connect(uri)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.sendAsync("before " + i)).isNotNull();
        assertThat(client.sendAsync(large)).isNotNull();
        assertThat(client.send(new ByteArrayInputStream(large))).isNotNull();
        assertThat(client.sendAsync("after " + i)).isNotNull();
      }
      for (int i = 0; i < 3; i++) {
        assertThat(next(heard)).isEqualTo("before " + i);
        assertThat((byte[]) next(heard)).isEqualTo(large);
        assertThat((byte[]) next(heard)).isEqualTo(large);
        assertThat(next(heard)).isEqualTo("after " + i);
      }
    }
  }

  @Test
  @Tag("A9")
  void pingsGoBetweenThePiecesOfAStream() throws Exception {
    PipedOutputStream writing = new PipedOutputStream();
    try (RawClient client =
        Client.raw()
            .heartbeat(Duration.ofMillis(50), Duration.ofSeconds(5))
            .heartbeatMessages()
            .connect(uri)) {
      Transfer transfer = client.send(new PipedInputStream(writing));
      writing.write(random(1_000));
      writing.flush();
      await().until(() -> transfer.sent() == 1_000);
      assertThat(next(pings)).isEqualTo("ping");
      assertThat(client.isConnected()).isTrue();
      writing.close();
      transfer.await();
      assertThat((byte[]) next(heard)).isEqualTo(random(1_000));
    }
  }

  @Test
  void aCancelledStreamReachesNobodyAndTheClientComesBack() throws Exception {
    try (RawClient client =
            Client.raw().reconnect(Reconnect.fixed(Duration.ofMillis(20))).connect(uri);
        PipedOutputStream writing = new PipedOutputStream()) {
      RawPeer first = next(peers);
      Transfer transfer = client.send(new PipedInputStream(writing));
      writing.write(random(1_000));
      writing.flush();
      await().until(() -> transfer.sent() == 1_000);
      transfer.cancel();
      assertThatThrownBy(() -> transfer.done().toCompletableFuture().get(5, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(UnsentException.class);
      assertThat(next(peers).id()).isNotEqualTo(first.id());
      client.send("here again");
      assertThat(next(heard)).isEqualTo("here again");
    }
  }

  @Test
  void aStreamThatWaitsIsTakenBackWithoutHarm() throws Exception {
    try (RawClient client = Client.raw().build(uri)) {
      Transfer transfer = client.send(new ByteArrayInputStream(random(10)));
      transfer.cancel();
      client.connect();
      client.send("alone");
      assertThat(next(heard)).isEqualTo("alone");
    }
  }

  @Test
  void aStreamThatIsNeverSentIsClosed() throws Exception {
    for (boolean cancelled : List.of(true, false)) {
      CountDownLatch closed = new CountDownLatch(1);
      InputStream unread =
          new ByteArrayInputStream(random(10)) {
            @Override
            public void close() {
              closed.countDown();
            }
          };
      try (RawClient client = Client.raw().build(uri)) {
        Transfer transfer = client.send(unread);
        if (cancelled) {
          transfer.cancel();
        } else {
          client.forceClose();
        }
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(transfer::await).isInstanceOf(UnsentException.class);
      }
    }
  }

  @Test
  void aSourceThatCannotBeReadFailsAndHarmsNothingElse() throws Exception {
    Path missing = folder.resolve("missing");
    try (RawClient client = Client.raw().connect(uri)) {
      Transfer transfer = client.send(missing);
      assertThatThrownBy(transfer::await)
          .isInstanceOfSatisfying(
              UnsentException.class, unsent -> assertThat(unsent.unsent()).isEqualTo(missing));
      client.send("next");
      assertThat(next(heard)).isEqualTo("next");
      assertThat(peers).hasSize(1);
    }
  }

  @RepeatedTest(50) // the reason must not depend on which thread is faster
  void aSourceThatBreaksHalfwayEndsTheConnectionSoThatNobodyGetsHalf() throws Exception {
    InputStream broken =
        new InputStream() {
          private int given;

          @Override
          public int read() throws IOException {
            if (given++ > 100_000) {
              throw new IOException("a bad disk");
            }
            return 1;
          }

          @Override
          public int read(byte[] into, int from, int length) throws IOException {
            into[from] = (byte) read();
            given += 1_000;
            return 1;
          }
        };
    try (RawClient client =
        Client.raw().reconnect(Reconnect.fixed(Duration.ofMillis(20))).connect(uri)) {
      Transfer transfer = client.send(broken);
      assertThatThrownBy(transfer::await)
          .isInstanceOf(UnsentException.class)
          .hasRootCauseMessage("a bad disk");
      client.send("whole");
      assertThat(next(heard)).isEqualTo("whole");
    }
  }

  @Test
  void aStreamWhoseConnectionIsLostFails() throws Exception {
    try (RawClient client =
            Client.raw().reconnect(Reconnect.fixed(Duration.ofMillis(20))).connect(uri);
        PipedOutputStream writing = new PipedOutputStream()) {
      Transfer transfer = client.send(new PipedInputStream(writing));
      writing.write(1);
      writing.flush();
      await().until(() -> transfer.sent() == 1);
      next(peers).terminate();
      assertThatThrownBy(transfer::await).isInstanceOf(UnsentException.class);
    }
  }

  @Test
  @Tag("A5")
  void aLargeMessageIsReadAsAStreamWhileItArrives() throws Exception {
    byte[] large = random(12 << 20);
    BlockingQueue<Object> got = new LinkedBlockingQueue<>();
    try (RawClient client = Client.raw().maxMessageBytes(1 << 20).build(uri)) {
      client.onStream(stream -> {
        try {
          got.add(stream.readNBytes(5));
          got.add(stream.readAllBytes());
        } catch (IOException failed) {
          got.add(failed);
        }
      });
      client.onText(got::add);
      client.connect();
      RawPeer there = next(peers);
      there.send(new ByteArrayInputStream(large), false).await();
      assertThat(there.send("after it")).isNotNull();
      assertThat((byte[]) next(got)).hasSize(5);
      assertThat((byte[]) next(got)).isEqualTo(Arrays.copyOfRange(large, 5, large.length));
      assertThat(next(got)).isEqualTo("after it");
    }
  }

  @Test
  @Tag("A5")
  void aHandlerMayLeaveAStreamUnreadAndAnEndHalfwayIsAnException() throws Exception {
    BlockingQueue<Object> got = new LinkedBlockingQueue<>();
    try (RawClient client = Client.raw().reconnect(Reconnect.never()).build(uri);
        PipedOutputStream writing = new PipedOutputStream()) {
      client.onStream(stream -> {
        try {
          if (stream.read() == 1) {
            got.add("begun");
            got.add(stream.readAllBytes());
          }
        } catch (IOException failed) {
          got.add(failed);
        }
      });
      client.onText(got::add);
      client.connect();
      RawPeer there = next(peers);
      there.send(new ByteArrayInputStream(new byte[6 << 20]), false).await();
      assertThat(there.send("next")).isNotNull();
      assertThat(next(got)).isEqualTo("next");
      byte[] ones = new byte[1 << 20];
      Arrays.fill(ones, (byte) 1);
      InputStream source =
          new SequenceInputStream(new ByteArrayInputStream(ones), new PipedInputStream(writing));
      RawTransfer sending = there.send(source, false);
      assertThat(next(got)).isEqualTo("begun");
      there.terminate();
      assertThat(next(got))
          .isInstanceOfSatisfying(
              IOException.class,
              failed -> assertThat(failed).hasMessageContaining("before the message was complete"));
      sending.cancel();
    }
  }

  @Test
  void streamsAreCompressedBothWaysAndCounted() throws Exception {
    byte[] even = new byte[2 << 20];
    byte[] odd = random(1 << 20);
    BlockingQueue<Object> got = new LinkedBlockingQueue<>();
    try (RawClient client = Client.raw().deflate().build(uri)) {
      client.onStream(stream -> {
        try {
          got.add(stream.readAllBytes());
        } catch (IOException failed) {
          got.add(failed);
        }
      });
      client.connect();
      assertThat(client.connection().extensions()).contains("permessage-deflate");
      RawPeer there = next(peers);
      for (byte[] each : List.of(even, odd)) {
        client.send(new ByteArrayInputStream(each)).await();
        assertThat((byte[]) next(heard)).isEqualTo(each);
        there.send(new ByteArrayInputStream(each), false).await();
        assertThat((byte[]) next(got)).isEqualTo(each);
      }
      Statistics counted = client.statistics();
      assertThat(counted.sent().bytes()).isEqualTo(even.length + odd.length);
      assertThat(counted.sent().messages()).isEqualTo(2);
      assertThat(counted.received().bytes()).isEqualTo(even.length + odd.length);
      assertThat(counted.received().messages()).isEqualTo(2);
    }
  }
}
