package dev.switchboard.e2e;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code java.net.http}. */
final class JdkGuest extends Guest implements WebSocket.Listener {
  private final HttpClient client = HttpClient.newHttpClient();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private final WebSocket webSocket;

  JdkGuest(URI uri) {
    webSocket = client.newWebSocketBuilder().buildAsync(uri, this).join();
  }

  @Override
  void text(String message) {
    webSocket.sendText(message, true).join();
  }

  @Override
  void binary(byte[] message) {
    webSocket.sendBinary(ByteBuffer.wrap(message), true).join();
  }

  @Override
  void pieces(String... pieces) {
    for (int i = 0; i < pieces.length; i++) {
      webSocket.sendText(pieces[i], i == pieces.length - 1).join();
    }
  }

  @Override
  void ping(String payload) {
    webSocket.sendPing(StandardCharsets.UTF_8.encode(payload)).join();
  }

  @Override
  void end(int code, String reason) {
    webSocket.sendClose(code, reason).join();
  }

  @Override
  String extensions() {
    return "";
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      heard(new Heard.Text(text.toString()));
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    byte[] piece = new byte[data.remaining()];
    data.get(piece);
    binary.writeBytes(piece);
    if (last) {
      heard(Heard.Binary.of(binary.toByteArray()));
      binary.reset();
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer payload) {
    heard(new Heard.Pong(StandardCharsets.UTF_8.decode(payload).toString()));
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    heard(new Heard.Closed(code, reason));
    return null;
  }

  @Override
  public void close() {
    webSocket.abort();
    client.close();
  }
}
