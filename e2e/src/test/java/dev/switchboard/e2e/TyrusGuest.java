package dev.switchboard.e2e;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.glassfish.tyrus.client.ClientManager;

/** Tyrus, the reference of Jakarta WebSocket. Its compression is a library of its own. */
final class TyrusGuest extends Guest {
  private final ClientManager client = ClientManager.createClient();
  private final Session session;

  /** A close has begun: Tyrus then ends its timer, and a second close would fail for want of it. */
  private volatile boolean closing;

  TyrusGuest(URI uri) {
    try {
      session =
          client.connectToServer(new Ears(), ClientEndpointConfig.Builder.create().build(), uri);
    } catch (DeploymentException refused) {
      throw new IllegalStateException(refused);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private final class Ears extends Endpoint {
    @Override
    public void onOpen(Session opened, EndpointConfig config) {
      opened.addMessageHandler(String.class, text -> heard(new Heard.Text(text)));
      opened.addMessageHandler(ByteBuffer.class, bytes -> heard(new Heard.Binary(bytes)));
      opened.addMessageHandler(
          PongMessage.class,
          pong ->
              heard(
                  new Heard.Pong(
                      StandardCharsets.UTF_8.decode(pong.getApplicationData()).toString())));
    }

    @Override
    public void onClose(Session closed, CloseReason why) {
      closing = true;
      heard(new Heard.Closed(why.getCloseCode().getCode(), why.getReasonPhrase()));
    }
  }

  private interface Sending {
    void run() throws IOException;
  }

  private static void send(Sending sending) {
    try {
      sending.run();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  void text(String message) {
    send(() -> session.getBasicRemote().sendText(message));
  }

  @Override
  void binary(byte[] message) {
    send(() -> session.getBasicRemote().sendBinary(ByteBuffer.wrap(message)));
  }

  @Override
  void pieces(String... pieces) {
    for (int i = 0; i < pieces.length; i++) {
      String piece = pieces[i];
      boolean last = i == pieces.length - 1;
      send(() -> session.getBasicRemote().sendText(piece, last));
    }
  }

  @Override
  void ping(String payload) {
    send(() -> session.getBasicRemote().sendPing(StandardCharsets.UTF_8.encode(payload)));
  }

  @Override
  void end(int code, String reason) {
    closing = true;
    send(() -> session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code), reason)));
  }

  @Override
  String extensions() {
    return "";
  }

  @Override
  public void close() {
    if (!closing) {
      send(session::close);
    }
    client.shutdown();
  }
}
