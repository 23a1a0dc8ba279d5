package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.EchoServer.Closed;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A listener that has to do with the messages before the peer's last word. */
@Tag("B2")
class EndingTest {
  private final BlockingQueue<WebSocket> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<Runnable> ends = new LinkedBlockingQueue<>();
  private final BlockingQueue<Closed> closes = new LinkedBlockingQueue<>();
  private final Loops loops = Loops.of(IoKind.best(), 1);
  private volatile WebSocketOptions options = WebSocketOptions.DEFAULT;
  private final ServerTransport server =
      ServerTransport.bind(
          ServerTransportOptions.builder().host("127.0.0.1").port(0).build(),
          loops,
          exchange ->
              exchange.accept(
                  Upgrade.of(
                      options,
                      socket -> {
                        opened.add(socket);
                        return new Busy();
                      })));

  private final class Busy implements WebSocketListener {
    @Override
    public void onEnding(Runnable end) {
      ends.add(end);
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      closes.add(new Closed(code, reason, clean));
    }
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  private static void say(WebSocket socket, String text) {
    socket.execute(() -> socket.sendText(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void sendsWhatTheyAreAnsweredBeforeTheCloseFrame() {
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      peer.frame(0x88, new byte[] {3, (byte) 0xe8});
      Runnable end = Echo.next(ends);
      assertThat(socket.readyState()).isEqualTo(ReadyState.OPEN);
      say(socket, "answer");
      socket.execute(end);
      assertThat(peer.read().text()).isEqualTo("answer");
      assertThat(peer.read().code()).isEqualTo(1000);
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes)).isEqualTo(new Closed(1000, "", true));
    }
  }

  @Test
  void sendsThemToAPeerThatHasEndedItsSide() {
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      peer.frame(0x88, new byte[] {3, (byte) 0xe8});
      peer.shutdownOutput();
      Runnable end = Echo.next(ends);
      say(socket, "answer");
      socket.execute(end);
      assertThat(peer.read().text()).isEqualTo("answer");
      assertThat(peer.read().code()).isEqualTo(1000);
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes)).isEqualTo(new Closed(1000, "", true));
    }
  }

  @Test
  void isNotWaitedForBeyondTheCloseTimeout() {
    options = WebSocketOptions.builder().closeTimeout(Duration.ofMillis(300)).build();
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      peer.frame(0xc1, "a reserved bit");
      assertThat(peer.read().code()).isEqualTo(1002);
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes).code()).isEqualTo(1002);
    }
  }

  @Test
  void isToldThePeersCodeIfTheSocketEndsMeanwhile() {
    BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/");
    peer.frame(0x88, new byte[] {3, (byte) 0xe9});
    Runnable end = Echo.next(ends);
    peer.reset();
    assertThat(Echo.next(closes)).isEqualTo(new Closed(1001, "", false));
    WebSocket socket = Echo.next(opened);
    socket.execute(end); // too late, and no matter
    assertThat(closes).isEmpty();
  }

  @Test
  void mayCloseByItself() {
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      peer.frame(0x88, new byte[] {3, (byte) 0xe8});
      Echo.next(ends);
      socket.execute(() -> socket.close(4000, "enough"));
      assertThat(peer.read().code()).isEqualTo(4000);
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes)).isEqualTo(new Closed(1000, "", true));
    }
  }
}
