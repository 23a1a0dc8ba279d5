package dev.switchboard.e2e;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import dev.switchboard.transport.netty.ClientTransport;
import dev.switchboard.transport.netty.Loops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our client, as far as the transport goes. */
final class TransportGuest extends Guest implements WebSocketListener {
  private final WebSocket webSocket;

  TransportGuest(Loops loops, URI uri, @Nullable Deflate deflate) {
    webSocket =
        ClientTransport.connect(
                ClientConnect.to(uri)
                    .withOptions(WebSocketOptions.builder().deflate(deflate).build()),
                loops.next(),
                opened -> this)
            .toCompletableFuture()
            .join();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  void text(String message) {
    webSocket.execute(() -> webSocket.sendText(utf8(message)));
  }

  @Override
  void binary(byte[] message) {
    webSocket.execute(() -> webSocket.sendBinary(message));
  }

  @Override
  void pieces(String... pieces) {
    List<InputStream> each = new ArrayList<>(); // each is read by itself
    for (String piece : pieces) {
      each.add(new ByteArrayInputStream(utf8(piece)));
    }
    InputStream all = new SequenceInputStream(Collections.enumeration(each));
    webSocket.execute(() -> webSocket.send(StreamedMessage.of(all, true, 65_536)));
  }

  @Override
  void ping(String payload) {
    webSocket.execute(() -> webSocket.sendPing(utf8(payload)));
  }

  @Override
  void end(int code, String reason) {
    webSocket.execute(() -> webSocket.close(code, reason));
  }

  @Override
  String extensions() {
    return webSocket.extensions();
  }

  @Override
  public void onText(ByteBuf view) {
    heard(new Heard.Text(view.toString(StandardCharsets.UTF_8)));
  }

  @Override
  public void onBinary(ByteBuf view) {
    heard(Heard.Binary.of(ByteBufUtil.getBytes(view)));
  }

  @Override
  public void onPong(ByteBuf view) {
    heard(new Heard.Pong(view.toString(StandardCharsets.UTF_8)));
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    heard(new Heard.Closed(code, reason));
  }

  @Override
  public void close() {
    webSocket.execute(webSocket::terminate);
  }
}
