package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchboard.transport.netty.ClientTransport;
import dev.switchboard.transport.netty.Loops;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("B2")
class EchoTest {
  @ParameterizedTest
  @EnumSource(IoKind.class)
  void theJdksClientGetsBackWhatItSends(IoKind kind) throws Exception {
    assumeTrue(kind.available());
    try (var server = new EchoServer(kind, WebSocketOptions.DEFAULT)) {
      BlockingQueue<String> received = new LinkedBlockingQueue<>();
      CompletableFuture<Integer> closed = new CompletableFuture<>();
      var socket =
          HttpClient.newHttpClient()
              .newWebSocketBuilder()
              .buildAsync(uri(server), new JdkListener(received, closed))
              .get(10, TimeUnit.SECONDS);
      String large = "grüße ".repeat(5000);
      for (String text :
          new String[] {"", "hello", "x".repeat(125), "x".repeat(126), "y".repeat(65536), large}) {
        socket.sendText(text, true).get(10, TimeUnit.SECONDS);
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(text);
      }
      socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2, 3}), true).get(10, TimeUnit.SECONDS);
      assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("binary 3");
      socket.sendClose(1000, "bye").get(10, TimeUnit.SECONDS);
      assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
      assertThat(server.closed()).isEqualTo(new EchoServer.Closed(1000, "bye", true));
    }
  }

  @ParameterizedTest
  @EnumSource(IoKind.class)
  void ourClientGetsBackWhatItSends(IoKind kind) throws Exception {
    assumeTrue(kind.available());
    try (var server = new EchoServer(kind, WebSocketOptions.DEFAULT);
        var loops = Loops.of(kind, 1)) {
      BlockingQueue<String> received = new LinkedBlockingQueue<>();
      WebSocket socket =
          ClientTransport.connect(
                  ClientConnect.to(uri(server)), loops.next(), ws -> new OurListener(received))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      for (int length : new int[] {0, 1, 7, 125, 126, 127, 65535, 65536, 65537, 300_000}) {
        byte[] text = "z".repeat(length).getBytes(StandardCharsets.UTF_8);
        socket.execute(() -> socket.sendText(text));
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("z".repeat(length));
      }
      socket.execute(() -> socket.close(3001, "enough"));
      assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 3001  true");
      assertThat(server.closed()).isEqualTo(new EchoServer.Closed(3001, "enough", true));
    }
  }

  private static URI uri(EchoServer server) {
    return URI.create("ws://127.0.0.1:" + server.address().getPort() + "/echo");
  }

  private record OurListener(BlockingQueue<String> received) implements WebSocketListener {
    @Override
    public void onText(ByteBuf view) {
      received.add(view.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      received.add("closed " + code + " " + reason + " " + clean);
    }
  }

  private static final class JdkListener implements java.net.http.WebSocket.Listener {
    private final BlockingQueue<String> received;
    private final CompletableFuture<Integer> closed;
    private final StringBuilder text = new StringBuilder();
    private int binary;

    JdkListener(BlockingQueue<String> received, CompletableFuture<Integer> closed) {
      this.received = received;
      this.closed = closed;
    }

    @Override
    public @Nullable CompletionStage<?> onText(
        java.net.http.WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        received.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(
        java.net.http.WebSocket socket, ByteBuffer data, boolean last) {
      binary += data.remaining();
      if (last) {
        received.add("binary " + binary);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(
        java.net.http.WebSocket socket, int code, String reason) {
      closed.complete(code);
      return null;
    }
  }
}
