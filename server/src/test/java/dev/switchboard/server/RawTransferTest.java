package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.UnsentException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and streams to one raw connection. */
@Tag("B2")
@Tag("B10")
class RawTransferTest {
  private final RawEndpoint endpoint = RawEndpoint.create();
  private @Nullable Server server;

  private int serve() {
    server = Server.builder().port(0).endpoint("/raw", endpoint).start();
    return server.port();
  }

  private RawClient connect() {
    return new RawClient(serve(), "/raw");
  }

  private RawPeer peer() {
    await().until(() -> !endpoint.peers().isEmpty());
    return endpoint.peers().get(0);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    assertThat(endpoint.sizes()).isEqualTo(Map.of("peers", 0, "open", 0));
  }

  private static byte[] content(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** Never ends, and says how much was read and whether it was closed. */
  private static final class Endless extends InputStream {
    final AtomicLong read = new AtomicLong();
    final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public int read() {
      return read(new byte[1], 0, 1);
    }

    @Override
    public int read(byte[] into, int from, int length) {
      read.addAndGet(length);
      return length;
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }

  @Test
  void aStreamIsOneMessageWhateverItsLength() throws Exception {
    RawClient client = connect();
    for (int length : new int[] {0, 1, 16 << 10, (16 << 10) + 1, 5_000_000}) {
      RawTransfer transfer = peer().send(new ByteArrayInputStream(content(length)), false);
      transfer.await();
      assertThat(transfer.sent()).isEqualTo(length);
      peer().send("after");
      assertThat(client.next()).isEqualTo(RawClient.binary(content(length)));
      assertThat(client.next()).isEqualTo("after");
    }
    client.socket.abort();
  }

  @Test
  void filesAndStreamsOfOneThreadArriveInTheirOrderAndUnmixed(@TempDir Path folder)
      throws Exception {
    Path file = Files.write(folder.resolve("f"), content(300_000));
    RawClient client = connect();
    for (int i = 0; i < 5; i++) {
      RawTransfer unusedFile = peer().send(file);
      RawTransfer unusedText = peer().send(new ByteArrayInputStream("ü".getBytes(UTF_8)), true);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(client.next()).isEqualTo(RawClient.binary(content(300_000)));
      assertThat(client.next()).isEqualTo("ü");
    }
    client.socket.abort();
  }

  @Test
  void itIsReadAsFastAsTheClientReadsAndPingsAreAnsweredMeanwhile() throws Exception {
    endpoint.onPong((peer, payload) -> peer.attributes().put("pong", true));
    int port = serve();
    try (Lazy lazy = new Lazy(port, "/raw")) {
      Endless endless = new Endless();
      RawTransfer transfer = peer().send(endless, false);
      long[] before = {-1};
      await() // nothing moves any more: the kernel's buffers are full
          .pollInterval(Duration.ofMillis(500))
          .until(() -> {
            boolean still = endless.read.get() == before[0];
            before[0] = endless.read.get();
            return still;
          });
      assertThat(endless.read.get() - transfer.sent())
          .as("in memory")
          .isLessThanOrEqualTo(48 << 10);
      transfer.cancel();
      assertThatThrownBy(transfer::await).isInstanceOf(CancellationException.class);
      assertThat(lazy.readToClose()).as("half a message is out").isEqualTo(1011);
      await().untilTrue(endless.closed);
    }
    RawClient client = new RawClient(port, "/raw");
    await().until(() -> endpoint.peers().size() == 1);
    RawTransfer transfer = peer().send(new Endless(), false);
    await().until(() -> transfer.sent() > 100_000);
    client.socket.sendPing(ByteBuffer.wrap("p".getBytes(UTF_8))).join();
    assertThat(client.next()).isEqualTo("pong p");
    client.socket.abort();
    assertThatThrownBy(transfer::await)
        .isInstanceOf(UnsentException.class)
        .hasMessage("connection: lost before the message was written");
  }

  @Test
  void whatWaitsBehindItIsBoundedAndDoesNotEndIt() throws Exception {
    endpoint.maxPendingBytes(100_000);
    RawClient client = connect();
    PipedOutputStream feed = new PipedOutputStream();
    RawTransfer transfer = peer().send(new PipedInputStream(feed, 1 << 16), false);
    feed.write(new byte[40_000]);
    await().until(() -> transfer.sent() > 0);
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    RawPeer peer = peer();
    for (int i = 0; i < 120; i++) {
      sent.add(peer.send("m".repeat(1_000)).toCompletableFuture());
    }
    await().until(() -> sent.get(119).isCompletedExceptionally());
    assertThat(sent.stream().filter(CompletableFuture::isCompletedExceptionally).count())
        .as("refused: a piece of the stream has room")
        .isBetween(30L, 50L);
    feed.write(new byte[50_000]);
    feed.close();
    transfer.await();
    assertThat(client.next()).isEqualTo(RawClient.binary(new byte[90_000]));
    sent.get(0).join();
    assertThat(client.next()).hasSize(1_000);
    client.socket.abort();
  }

  @Test
  void messagesOfOneThreadKeepTheirPlaceAmongStreams() throws Exception {
    RawClient client = connect();
    RawPeer peer = peer();
    for (int i = 0; i < 5; i++) {
      RawTransfer unused = peer.send(new ByteArrayInputStream(content(100_000)), false);
      peer.send("after " + i);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(client.next()).isEqualTo(RawClient.binary(content(100_000)));
      assertThat(client.next()).isEqualTo("after " + i);
    }
    client.socket.abort();
  }

  @Test
  void whatWaitsBehindAStreamIsNotCalledWritten() throws Exception {
    endpoint.onText((peer, text) -> peer.ping(text.getBytes(UTF_8)));
    endpoint.onPong((peer, payload) -> peer.attributes().put("pong", true));
    RawClient client = connect();
    PipedOutputStream feed = new PipedOutputStream();
    RawTransfer transfer = peer().send(new PipedInputStream(feed), true);
    feed.write("first".getBytes(UTF_8));
    feed.flush();
    await().until(() -> transfer.sent() == 5);
    CompletableFuture<Void> behind = peer().send("behind").toCompletableFuture();
    client.socket.sendText("ping", true).join(); // once round: the loop has come by
    await().until(() -> peer().attributes().containsKey("pong"));
    assertThat(behind).isNotDone();
    feed.close();
    assertThat(client.next()).isEqualTo("first");
    assertThat(client.next()).isEqualTo("behind");
    behind.join();
    client.socket.abort();
  }

  @Test
  void whatCannotBeOpenedCostsNothing(@TempDir Path folder) throws Exception {
    RawClient client = connect();
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> peer().send(missing).await())
        .isInstanceOfSatisfying(
            UnsentException.class, unsent -> assertThat(unsent.unsent()).isEqualTo(missing))
        .hasMessage("source: " + missing + " (expected: one that can be read)")
        .hasCauseInstanceOf(IOException.class);
    peer().send("still here");
    assertThat(client.next()).isEqualTo("still here");
    client.socket.abort();
  }

  @Test
  void aStreamThatFailsHalfWayClosesTheConnection() {
    RawClient client = connect();
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[40_000]), new PipedInputStream()); // not connected
    assertThatThrownBy(() -> peer().send(broken, true).await())
        .isInstanceOf(UnsentException.class)
        .cause()
        .hasMessage("Pipe not connected");
    assertThat(client.closeCode()).isEqualTo(1011);
  }

  @Test
  void whatIsCancelledBeforeItsTurnIsNotSentAndCostsNothing() throws Exception {
    RawClient client = connect();
    PipedOutputStream feed = new PipedOutputStream();
    RawTransfer first = peer().send(new PipedInputStream(feed), true);
    Endless second = new Endless();
    RawTransfer cancelled = peer().send(second, false);
    cancelled.cancel();
    assertThatThrownBy(cancelled::await).isInstanceOf(CancellationException.class);
    feed.write("first".getBytes(UTF_8));
    feed.close();
    first.await();
    peer().send("after");
    assertThat(client.next()).isEqualTo("first");
    assertThat(client.next()).isEqualTo("after");
    await().untilTrue(second.closed);
    client.socket.abort();
  }

  @Test
  void tooManyAreRefusedAndAllEndWithTheConnection() throws Exception {
    RawClient client = connect();
    PipedOutputStream feed = new PipedOutputStream();
    List<RawTransfer> all = new ArrayList<>();
    RawPeer peer = peer();
    all.add(peer.send(new PipedInputStream(feed), true));
    feed.write('x'); // somebody writes, so that the reader waits
    List<Endless> streams = new ArrayList<>();
    for (int i = 0; i < 102; i++) {
      streams.add(new Endless());
      all.add(peer.send(streams.get(i), false));
    }
    RawTransfer refused = all.get(102);
    assertThatThrownBy(refused::await).hasMessageStartingWith("connection: 100 streams wait");
    client.socket.abort();
    for (RawTransfer transfer : all) {
      assertThatThrownBy(transfer::await).isInstanceOf(UnsentException.class);
    }
    await().until(() -> streams.stream().allMatch(stream -> stream.closed.get()));
    assertThatThrownBy(() -> peer.send(new Endless(), false).await())
        .hasMessage("connection: CLOSED (expected: OPEN)");
  }

  @Test
  void waitingOnTheEventLoopIsRefused() throws Exception {
    endpoint
        .handlersOnEventLoop()
        .onText((peer, text) -> {
          RawTransfer transfer = peer.send(new ByteArrayInputStream(content(10)), false);
          assertThatThrownBy(transfer::await).isInstanceOf(IllegalStateException.class);
        });
    RawClient client = connect();
    client.socket.sendText("go", true).join();
    assertThat(client.next()).isEqualTo(RawClient.binary(content(10)));
    client.socket.abort();
  }
}
