package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.server.raw.RawApplication;
import dev.switchboard.server.raw.RawConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application's handlers and interceptors for a raw endpoint. Filled while the endpoint is
 * defined, read-only afterwards. Kinds without a handler are null.
 */
final class RawReactions implements RawApplication {
  private static final Logger LOG = LoggerFactory.getLogger(RawEndpoint.class);

  final List<RawInterceptor> interceptors = new ArrayList<>(0); // outermost first

  // The handlers: set by the endpoint's "on…" methods until the server starts, then only read.
  @Nullable Consumer<RawPeer> open;
  @Nullable BiConsumer<RawPeer, String> text;
  @Nullable BiConsumer<RawPeer, byte[]> binary;
  @Nullable BiConsumer<RawPeer, RawView> view;
  @Nullable BiConsumer<RawPeer, byte[]> ping;
  @Nullable BiConsumer<RawPeer, byte[]> pong;
  RawEndpoint.@Nullable CloseHandler close;
  @Nullable BiConsumer<RawPeer, Throwable> error;

  static RawPeer peerOf(RawConnection connection) {
    return (RawPeer) connection.peer();
  }

  @Override
  public Object peer(RawConnection connection) {
    return new RawPeer(connection);
  }

  @Override
  public void opened(RawConnection connection) {
    Consumer<RawPeer> handler = open;
    if (handler != null) {
      RawPeer peer = peerOf(connection);
      connection.hand(() -> handler.accept(peer), 0);
    }
  }

  @Override
  public void text(RawConnection connection, ByteBuf content) {
    BiConsumer<RawPeer, String> handler = text;
    if (handler == null) {
      view(connection, true, content);
      return;
    }
    int size = content.readableBytes();
    String message = content.toString(StandardCharsets.UTF_8);
    RawPeer peer = peerOf(connection);
    deliver(
        connection,
        () -> new RawInterceptor.Message.Text(message, size),
        () -> handler.accept(peer, message),
        size);
  }

  @Override
  public void binary(RawConnection connection, ByteBuf content) {
    BiConsumer<RawPeer, byte[]> handler = binary;
    if (handler == null) {
      view(connection, false, content);
      return;
    }
    byte[] bytes = ByteBufUtil.getBytes(content);
    RawPeer peer = peerOf(connection);
    deliver(
        connection,
        () -> new RawInterceptor.Message.Binary(bytes),
        () -> handler.accept(peer, bytes),
        bytes.length);
  }

  /**
   * Passes a message that has no handler of its kind to {@code onView}, or closes the connection.
   * The message is copied only if the handler runs off the event loop.
   */
  private void view(RawConnection connection, boolean isText, ByteBuf content) {
    RawPeer peer = peerOf(connection);
    BiConsumer<RawPeer, RawView> handler = view;
    if (handler == null) {
      String why = isText ? "no text here" : "no binary here";
      connection.hand(() -> peer.close(CloseCode.UNSUPPORTED_DATA.code(), why), 0); // in order
      return;
    }
    RawView message =
        new RawView(
            isText,
            connection.handlesOnLoop()
                ? content
                : Unpooled.wrappedBuffer(ByteBufUtil.getBytes(content)));
    deliver(
        connection,
        () -> message(message),
        () -> {
          try {
            handler.accept(peer, message);
          } finally {
            message.end();
          }
        },
        content.readableBytes());
  }

  /** Copies a message for interceptors. */
  private static RawInterceptor.Message message(RawView view) {
    return view.isText()
        ? new RawInterceptor.Message.Text(view.string(), view.length())
        : new RawInterceptor.Message.Binary(view.copy());
  }

  /** Passes a message through the interceptors to its handler. */
  private void deliver(
      RawConnection connection,
      Supplier<RawInterceptor.Message> message,
      RawConnection.Task handler,
      int size) {
    if (interceptors.isEmpty()) {
      connection.hand(handler, size);
    } else {
      RawInterceptor.Message seen = message.get();
      RawPeer peer = peerOf(connection);
      connection.hand(() -> pass(0, seen, peer, handler), size);
    }
  }

  /**
   * Passes a message through the interceptors from {@code index} on, and finally to the handler.
   */
  private void pass(
      int index, RawInterceptor.Message message, RawPeer peer, RawConnection.Task handler)
      throws Exception {
    if (index == interceptors.size()) {
      handler.run();
      return;
    }
    boolean[] gone = {false};
    interceptors
        .get(index)
        .intercept(
            message,
            peer,
            () -> {
              if (gone[0]) {
                throw new IllegalStateException("proceed: called again (expected: at most once)");
              }
              gone[0] = true;
              pass(index + 1, message, peer, handler);
            });
  }

  @Override
  public void ping(RawConnection connection, ByteBuf content) {
    control(connection, ping, content);
  }

  @Override
  public void pong(RawConnection connection, ByteBuf content) {
    control(connection, pong, content);
  }

  private static void control(
      RawConnection connection, @Nullable BiConsumer<RawPeer, byte[]> handler, ByteBuf content) {
    if (handler != null) {
      byte[] payload = ByteBufUtil.getBytes(content);
      RawPeer peer = peerOf(connection);
      connection.hand(() -> handler.accept(peer, payload), 0);
    }
  }

  @Override
  public void failed(RawConnection connection, Throwable failure) {
    RawPeer peer = peerOf(connection);
    BiConsumer<RawPeer, Throwable> told = error;
    if (told != null) {
      told.accept(peer, failure);
    } else {
      LOG.error("{}: a handler failed for {}", connection.path(), peer, failure);
    }
  }

  @Override
  public void closed(RawConnection connection, int code, String reason, boolean clean) {
    RawPeer peer = peerOf(connection);
    RawEndpoint.CloseHandler handler = close;
    if (handler != null) {
      connection.hand(() -> handler.closed(peer, code, reason, clean), 0);
    }
  }
}
