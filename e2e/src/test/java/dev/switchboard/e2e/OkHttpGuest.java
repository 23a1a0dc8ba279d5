package dev.switchboard.e2e;

import java.net.URI;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** OkHttp, which always offers compression. */
final class OkHttpGuest extends Guest {
  private final OkHttpClient client = new OkHttpClient();
  private final CompletableFuture<String> extensions = new CompletableFuture<>();
  private final WebSocket webSocket;

  OkHttpGuest(URI uri) {
    webSocket = client.newWebSocket(new Request.Builder().url(uri.toString()).build(), new Ears());
    extensions.join();
  }

  private final class Ears extends WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, Response response) {
      String agreed = response.header("Sec-WebSocket-Extensions");
      extensions.complete(agreed == null ? "" : agreed);
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
      heard(new Heard.Text(text));
    }

    @Override
    public void onMessage(WebSocket socket, ByteString bytes) {
      heard(Heard.Binary.of(bytes.toByteArray()));
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
      heard(new Heard.Closed(code, reason));
      socket.close(code, reason);
    }

    @Override
    public void onFailure(WebSocket socket, Throwable failure, @Nullable Response response) {
      extensions.completeExceptionally(failure);
    }
  }

  @Override
  void text(String message) {
    webSocket.send(message);
  }

  @Override
  void binary(byte[] message) {
    webSocket.send(ByteString.of(message));
  }

  @Override
  void end(int code, String reason) {
    webSocket.close(code, reason);
  }

  @Override
  String extensions() {
    return extensions.join();
  }

  @Override
  public void close() {
    webSocket.cancel();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
