package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.PreparedMessages;
import dev.switchboard.transport.netty.ServerTransport;
import io.netty.buffer.ByteBuf;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("B2")
class LifecycleTest {
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
  private final Loops loops = Loops.of(IoKind.best(), 1);
  private volatile Function<WebSocket, WebSocketListener> listeners = socket -> new Recorder();
  private volatile WebSocketOptions options = WebSocketOptions.DEFAULT;
  private final ServerTransport server =
      ServerTransport.bind(
          ServerTransportOptions.builder().host("127.0.0.1").port(0).build(),
          loops,
          exchange -> exchange.accept(Upgrade.of(options, listeners)));

  private BarePeer start(
      WebSocketOptions options, Function<WebSocket, WebSocketListener> listeners) {
    this.options = options;
    this.listeners = listeners;
    return BarePeer.webSocket(server.localAddress().getPort(), "/");
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  private Object event() throws InterruptedException {
    return events.poll(10, TimeUnit.SECONDS);
  }

  private class Recorder implements WebSocketListener {
    @Override
    public void onText(ByteBuf view) {
      events.add(view.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      events.add(code + " " + reason + " " + clean);
    }
  }

  private WebSocket opened(WebSocket socket) {
    events.add(socket);
    return socket;
  }

  @Test
  @Tag("B11")
  void silenceIsPingedAndThenEnded() throws Exception {
    var heartbeat = new Heartbeat(Duration.ofMillis(300), Duration.ofMillis(300));
    try (BarePeer raw =
        start(WebSocketOptions.builder().heartbeat(heartbeat).build(), socket -> new Recorder())) {
      assertThat(raw.read().first()).isEqualTo(0x89);
      raw.frame(0x8a, "");
      assertThat(raw.read().first()).isEqualTo(0x89);
      BarePeer.Frame close = raw.read();
      assertThat(close.code()).isEqualTo(4009);
      assertThat(close.text()).endsWith("no answer to ping");
      assertThat(raw.ended()).isTrue();
      assertThat(event()).isEqualTo("4009 no answer to ping false");
    }
  }

  @Test
  void aCloseThatIsNotAnsweredEndsAfterItsTimeout() throws Exception {
    var options = WebSocketOptions.builder().closeTimeout(Duration.ofMillis(300)).build();
    try (BarePeer raw =
        start(
            options,
            socket -> {
              socket.close(1001, "going");
              return new Recorder();
            })) {
      assertThat(raw.read().code()).isEqualTo(1001);
      assertThat(raw.ended()).isTrue();
      assertThat(event()).isEqualTo("1006  false");
    }
  }

  @Test
  @Tag("B5")
  void aListenerThatThrowsClosesItsOwnConnectionWith1011() throws Exception {
    try (BarePeer raw =
            start(
                WebSocketOptions.DEFAULT,
                socket ->
                    new Recorder() {
                      @Override
                      public void onText(ByteBuf view) {
                        if (view.isReadable()) {
                          throw new IllegalStateException("on purpose");
                        }
                        socket.sendText(new byte[0]);
                      }
                    });
        BarePeer other = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      assertThat(raw.frame(0x81, "boom").read().code()).isEqualTo(1011);
      assertThat(raw.ended()).isTrue();
      assertThat(event()).isEqualTo("1011 internal error false");
      assertThat(other.frame(0x81, "").read().first()).isEqualTo(0x81);
    }
  }

  @Test
  void aResetIsToldAsAnAbnormalEnd() throws Exception {
    try (BarePeer raw = start(WebSocketOptions.DEFAULT, socket -> new Recorder())) {
      raw.reset();
      assertThat(event()).isEqualTo("1006  false");
      await().until(() -> server.connections() == 0);
    }
  }

  @Test
  void otherMessagesWaitForTheEndOfAFragmentedOneButPingsDoNot() throws Exception {
    PipedOutputStream feed = new PipedOutputStream();
    InputStream stream = new PipedInputStream(feed);
    try (BarePeer raw =
        start(
            WebSocketOptions.DEFAULT,
            socket -> {
              opened(socket).send(StreamedMessage.of(stream, false, 1_000));
              socket.sendText("after".getBytes(StandardCharsets.UTF_8));
              Prepared prepared =
                  PreparedMessages.text("and this".getBytes(StandardCharsets.UTF_8));
              socket.sendPrepared(prepared);
              prepared.release();
              return new Recorder();
            })) {
      WebSocket socket = (WebSocket) event();
      feed.write(1);
      feed.flush();
      assertThat(raw.read().first()).isEqualTo(0x02);
      socket.execute(() -> socket.sendPing(new byte[0]));
      assertThat(raw.read().first()).isEqualTo(0x89);
      feed.write(2);
      feed.close();
      assertThat(raw.read().payload()).isEqualTo(new byte[] {2});
      assertThat(raw.read().first()).isEqualTo(0x80);
      assertThat(raw.read().text()).isEqualTo("after");
      assertThat(raw.read().text()).isEqualTo("and this");
    }
  }

  @Test
  @Tag("B10")
  void aReaderThatStopsIsClosedWith4008AndItsPendingBytesStayBounded() throws Exception {
    var options =
        WebSocketOptions.builder()
            .maxPendingBytes(200_000)
            .closeTimeout(Duration.ofSeconds(2))
            .build();
    try (BarePeer raw =
        start(
            options,
            socket -> {
              opened(socket);
              return new Recorder();
            })) {
      WebSocket socket = (WebSocket) event();
      long[] most = {0};
      for (int i = 0; i < 2000 && socket.readyState() == ReadyState.OPEN; i++) {
        socket
            .eventLoop()
            .submit(() -> {
              socket.sendBinary(new byte[10_000]);
              most[0] = Math.max(most[0], socket.pendingBytes());
            })
            .sync();
      }
      assertThat(event()).isEqualTo("4008 too slow a reader false");
      assertThat(most[0]).isLessThanOrEqualTo(210_000);
      assertThat(raw.socket().isClosed()).isFalse();
    }
  }

  @Test
  @Tag("B10")
  void aListenerMayDropWhatDoesNotFitAndIsToldWhenThereIsRoomAgain() throws Exception {
    var options = WebSocketOptions.builder().maxPendingBytes(200_000).build();
    try (BarePeer raw =
        start(
            options,
            socket -> {
              opened(socket);
              return new Recorder() {
                @Override
                public Overflow onOverflow(int bytes) {
                  events.add("overflow " + bytes);
                  return Overflow.DROP;
                }

                @Override
                public void onWritable() {
                  events.add("writable");
                }
              };
            })) {
      WebSocket socket = (WebSocket) event();
      while (events.isEmpty()) {
        socket.eventLoop().submit(() -> socket.sendBinary(new byte[10_000])).sync();
      }
      assertThat(event()).isEqualTo("overflow 10000");
      raw.bytes(4_000_000);
      await().until(() -> events.contains("writable"));
      assertThat(socket.readyState()).isEqualTo(ReadyState.OPEN);
    }
  }

  /** Notes whether it was called while something was being sent. */
  private class Guarded extends Recorder {
    private boolean sending;

    void send(WebSocket socket, int bytes) {
      sending = true;
      socket.sendBinary(new byte[bytes]);
      sending = false;
    }

    void told(String what) {
      events.add(sending ? what + " inside a send" : what);
    }

    @Override
    public void onWritable() {
      told("writable");
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      told("closed with " + code);
    }
  }

  @Test
  @Tag("B10")
  void nothingIsToldInsideASendButAtTheEndOfTheTurn() throws Exception {
    BlockingQueue<Guarded> guards = new LinkedBlockingQueue<>();
    try (BarePeer raw =
        start(
            WebSocketOptions.builder().maxPendingBytes(128 << 10).build(),
            socket -> {
              opened(socket);
              guards.add(new Guarded());
              return guards.element();
            })) {
      WebSocket socket = (WebSocket) event();
      Guarded guarded = guards.element();
      socket
          .eventLoop()
          .submit(() -> {
            guarded.send(socket, 1_000);
            socket.whenWritten(failure -> guarded.told("written"));
            for (int i = 0; i < 300; i++) { // beyond the bound, which the kernel takes
              guarded.send(socket, 1_000);
            }
            guarded.told("end of the task");
          })
          .sync();
      raw.bytes(301 * 1_004);
      assertThat(event()).isEqualTo("end of the task");
      assertThat(event()).isEqualTo("written");
      assertThat(event()).isEqualTo("writable");
    }
  }

  @Test
  @Tag("B10")
  void norIsTheEndOfAReaderThatStops() throws Exception {
    BlockingQueue<Guarded> guards = new LinkedBlockingQueue<>();
    try (BarePeer raw =
        start(
            WebSocketOptions.builder().maxPendingBytes(200_000).build(),
            socket -> {
              opened(socket);
              guards.add(new Guarded());
              return guards.element();
            })) {
      WebSocket socket = (WebSocket) event();
      Guarded guarded = guards.element();
      while (events.isEmpty()) {
        socket.eventLoop().submit(() -> guarded.send(socket, 10_000)).sync();
      }
      assertThat(event()).isEqualTo("closed with 4008");
      assertThat(raw.socket().isClosed()).isFalse();
    }
  }

  @Test
  @Tag("D8")
  void readingStopsAtOnceWhenPausedAndNothingIsLost() throws Exception {
    AtomicBoolean paused = new AtomicBoolean();
    try (BarePeer raw =
        start(
            WebSocketOptions.DEFAULT,
            socket -> {
              opened(socket);
              return new Recorder() {
                @Override
                public void onText(ByteBuf view) {
                  assertThat(paused.get()).isFalse();
                  super.onText(view);
                  paused.set(true);
                  socket.pauseReading();
                }
              };
            })) {
      WebSocket socket = (WebSocket) event();
      byte[] frame = BarePeer.masked(0x81, "x".repeat(100).getBytes(StandardCharsets.UTF_8));
      byte[] many = new byte[frame.length * 3000];
      for (int i = 0; i < 3000; i++) {
        System.arraycopy(frame, 0, many, i * frame.length, frame.length);
      }
      Thread sender = Thread.ofVirtual().start(() -> raw.send(many));
      for (int i = 0; i < 3000; i++) {
        assertThat(event()).isEqualTo("x".repeat(100));
        socket.execute(() -> {
          paused.set(false);
          socket.resumeReading();
        });
      }
      sender.join();
      assertThat(raw.frame(0x88, "").read().first()).isEqualTo(0x88);
      assertThat(event()).isEqualTo("1005  true");
    }
  }

  @Test
  void whatWasSentIsReportedWritten() throws Exception {
    try (BarePeer raw =
        start(
            WebSocketOptions.builder().maxPendingBytes(20_000_000).build(),
            socket -> {
              socket.sendBinary(new byte[10_000_000]);
              socket.whenWritten(failed -> events.add(failed == null ? "written" : failed));
              return new Recorder();
            })) {
      assertThat(raw.read().payload()).hasSize(10_000_000);
      assertThat(event()).isEqualTo("written");
    }
  }

  @Test
  void binaryMayBeDeliveredPieceByPieceWhateverItsSize() throws Exception {
    long[] sum = {0};
    try (BarePeer raw =
        start(
            WebSocketOptions.builder().maxMessageBytes(1000).maxFrameBytes(1 << 20).build(),
            socket ->
                new Recorder() {
                  @Override
                  public boolean wantsFragments() {
                    return true;
                  }

                  @Override
                  public void onFragment(ByteBuf view, boolean last) {
                    while (view.isReadable()) {
                      sum[0] += view.readByte();
                    }
                    if (last) {
                      events.add(sum[0]);
                    }
                  }
                })) {
      byte[] ones = new byte[1 << 20];
      Arrays.fill(ones, (byte) 1);
      raw.frame(0x02, ones).frame(0x00, ones).frame(0x80, "");
      assertThat(event()).isEqualTo(2L << 20);
    }
  }
}
