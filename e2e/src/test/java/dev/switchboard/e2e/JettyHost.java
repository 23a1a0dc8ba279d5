package dev.switchboard.e2e;

import dev.switchboard.e2e.Guest.Heard;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.jspecify.annotations.Nullable;

/** Jetty, which takes up compression whenever it is offered. */
final class JettyHost implements ForeignServersTest.Host {
  private final BlockingQueue<Heard.Closed> closed = new LinkedBlockingQueue<>();
  private final Server jetty = new Server();
  private final ServerConnector connector = new ServerConnector(jetty);

  JettyHost() {
    connector.setHost("127.0.0.1");
    jetty.addConnector(connector);
    jetty.setHandler(
        WebSocketUpgradeHandler.from(
            jetty,
            container -> {
              container.setMaxTextMessageSize(1 << 20);
              container.setMaxBinaryMessageSize(1 << 20);
              container.addMapping("/", (request, response, callback) -> new Echo(closed));
            }));
    try {
      jetty.start();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Public for Jetty, which calls it by reflection. */
  public static final class Echo implements Session.Listener.AutoDemanding {
    private final BlockingQueue<Heard.Closed> closed;
    private volatile @Nullable Session session;

    Echo(BlockingQueue<Heard.Closed> closed) {
      this.closed = closed;
    }

    private Session session() {
      return Objects.requireNonNull(session);
    }

    @Override
    public void onWebSocketOpen(Session opened) {
      session = opened;
    }

    @Override
    public void onWebSocketText(String text) {
      switch (text) {
        case "pieces" -> pieces(0);
        case "ping" ->
            session().sendPing(StandardCharsets.UTF_8.encode(Exchange.PING), Callback.NOOP);
        case "close" ->
            session()
                .close(Exchange.HOST_CLOSES.code(), Exchange.HOST_CLOSES.reason(), Callback.NOOP);
        default -> session().sendText(text, Callback.NOOP);
      }
    }

    private void pieces(int from) {
      int to = Math.min(from + 10_000, Exchange.LONG.length());
      boolean last = to == Exchange.LONG.length();
      session()
          .sendPartialText(
              Exchange.LONG.substring(from, to),
              last,
              last ? Callback.NOOP : Callback.from(() -> pieces(to), failed -> {}));
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
      session().sendBinary(payload, callback);
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
      session().sendText("pong " + StandardCharsets.UTF_8.decode(payload), Callback.NOOP);
    }

    @Override
    public void onWebSocketClose(int code, String reason, Callback callback) {
      closed.add(new Heard.Closed(code, reason));
      callback.succeed();
    }
  }

  @Override
  public URI uri() {
    return URI.create("ws://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  @Override
  public Heard.Closed closed() {
    return Guest.next(closed);
  }

  @Override
  public void close() {
    try {
      jetty.stop();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }
}
