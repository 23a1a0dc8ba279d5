package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.EchoServer.Closed;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
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
  private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
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
    public void onText(ByteBuf view) {
      texts.add(view.toString(StandardCharsets.UTF_8));
    }

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

  private static byte[] both(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
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

  @Test
  void sendsThemToAPeerThatOnlyEndsItsSide() {
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      peer.frame(0x81, "question");
      peer.shutdownOutput();
      Runnable end = Echo.next(ends);
      assertThat(Echo.next(texts)).isEqualTo("question");
      say(socket, "answer");
      socket.execute(end);
      assertThat(peer.read().text()).isEqualTo("answer");
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes)).isEqualTo(new Closed(1006, "", false));
    }
  }

  @Test
  void endsBeforeACloseOfOursThatWaitsForIt() {
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      socket.execute(() -> socket.closeWhenDone(4000, "enough"));
      Runnable end = Echo.next(ends);
      peer.frame(0x81, "too late").frame(0x89, "there?");
      assertThat(peer.read().text()).isEqualTo("there?");
      say(socket, "answer");
      socket.execute(end);
      assertThat(peer.read().text()).isEqualTo("answer");
      assertThat(peer.read().code()).isEqualTo(4000);
      peer.frame(0x88, new byte[] {0xf, (byte) 0xa0});
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes)).isEqualTo(new Closed(4000, "", true));
      assertThat(texts).isEmpty();
    }
  }

  @Test
  void isNotWaitedForByACloseOfOursBeyondTheTimeout() {
    options = WebSocketOptions.builder().closeTimeout(Duration.ofMillis(300)).build();
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      socket.execute(() -> socket.closeWhenDone(4000, "enough"));
      assertThat(peer.read().code()).isEqualTo(4000);
      assertThat(peer.ended()).isTrue(); // it does not answer
      assertThat(Echo.next(closes)).isEqualTo(new Closed(1006, "", false));
    }
  }

  @Test
  void isAskedOnceHoweverManyEndsCome() {
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      socket.execute(() -> socket.closeWhenDone(4000, "enough"));
      Runnable end = Echo.next(ends);
      socket.execute(() -> socket.closeWhenDone(4001, "more than enough"));
      peer.send(
          both(
              BarePeer.masked(0x89, new byte[0]),
              BarePeer.masked(0x88, new byte[] {3, (byte) 0xe9})));
      assertThat(peer.read().first()).as("a pong, so that the close is read, too").isEqualTo(0x8a);
      socket.execute(end);
      assertThat(peer.read().code()).as("the peer's close is answered").isEqualTo(1001);
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes)).isEqualTo(new Closed(1001, "", true));
      assertThat(ends).isEmpty();
    }
  }

  @Test
  void closesAlsoIfThePeerHasOnlyEndedItsSideMeanwhile() {
    try (BarePeer peer = BarePeer.webSocket(server.localAddress().getPort(), "/")) {
      WebSocket socket = Echo.next(opened);
      socket.execute(() -> socket.closeWhenDone(4000, "enough"));
      Runnable end = Echo.next(ends);
      peer.shutdownOutput();
      socket.execute(end);
      assertThat(peer.read().code()).isEqualTo(4000);
      assertThat(peer.ended()).isTrue();
      assertThat(Echo.next(closes)).isEqualTo(new Closed(1006, "", false));
    }
  }
}
