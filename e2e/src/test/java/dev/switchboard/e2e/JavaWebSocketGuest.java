package dev.switchboard.e2e;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.java_websocket.WebSocket;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.enums.Opcode;
import org.java_websocket.extensions.permessage_deflate.PerMessageDeflateExtension;
import org.java_websocket.framing.Framedata;
import org.java_websocket.framing.PingFrame;
import org.java_websocket.handshake.ServerHandshake;

/** Java-WebSocket. */
final class JavaWebSocketGuest extends Guest {
  private final CompletableFuture<String> extensions = new CompletableFuture<>();
  private final WebSocketClient client;

  JavaWebSocketGuest(URI uri, boolean deflate) {
    PerMessageDeflateExtension deflater = new PerMessageDeflateExtension();
    deflater.setThreshold(0); // with another it compresses the later fragments of a message only
    client = new Ears(uri, deflate ? new Draft_6455(deflater) : new Draft_6455());
    client.connect();
    extensions.join();
  }

  private final class Ears extends WebSocketClient {
    Ears(URI uri, Draft_6455 draft) {
      super(uri, draft);
    }

    @Override
    public void onOpen(ServerHandshake handshake) {
      extensions.complete(handshake.getFieldValue("Sec-WebSocket-Extensions"));
    }

    @Override
    public void onMessage(String text) {
      heard(new Heard.Text(text));
    }

    @Override
    public void onMessage(ByteBuffer bytes) {
      heard(new Heard.Binary(bytes));
    }

    @Override
    public void onWebsocketPong(WebSocket socket, Framedata pong) {
      heard(new Heard.Pong(StandardCharsets.UTF_8.decode(pong.getPayloadData()).toString()));
    }

    @Override
    public void onClose(int code, String reason, boolean remote) {
      heard(new Heard.Closed(code, reason));
    }

    @Override
    public void onError(Exception failure) {
      extensions.completeExceptionally(failure);
    }
  }

  @Override
  void text(String message) {
    client.send(message);
  }

  @Override
  void binary(byte[] message) {
    client.send(message);
  }

  @Override
  void pieces(String... pieces) {
    for (int i = 0; i < pieces.length; i++) {
      // Its compressor takes the whole array of a buffer, so there may be nothing behind the limit.
      ByteBuffer piece = ByteBuffer.wrap(pieces[i].getBytes(StandardCharsets.UTF_8));
      client.sendFragmentedFrame(Opcode.TEXT, piece, i == pieces.length - 1);
    }
  }

  @Override
  void ping(String payload) {
    PingFrame ping = new PingFrame();
    ping.setPayload(StandardCharsets.UTF_8.encode(payload));
    client.sendFrame(ping);
  }

  @Override
  void end(int code, String reason) {
    client.close(code, reason);
  }

  @Override
  String extensions() {
    return extensions.join();
  }

  @Override
  public void close() {
    client.close();
  }
}
