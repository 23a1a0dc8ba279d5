package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.handlers.Mailbox;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Overflow;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of a raw endpoint: hands what comes to the handlers, in order, on virtual threads
 * or right here. Confined to its event loop.
 */
final class RawConnection implements WebSocketListener {
  private final RawEndpoint endpoint;
  private final EndpointContext context;
  private final WebSocket webSocket;
  private final RawPeer peer;
  private final RawGroup group;
  private final @Nullable Mailbox mailbox; // null if handlers run on the loop
  private int place; // in the group
  private volatile long heardAt; // only kept if there is an idle timeout

  RawConnection(RawEndpoint endpoint, WebSocket webSocket, RawPeer peer) {
    this.endpoint = endpoint;
    this.context = endpoint.context();
    this.webSocket = webSocket;
    this.peer = peer;
    this.group = endpoint.group(webSocket.eventLoop());
    this.mailbox =
        endpoint.threads().onLoop()
            ? null
            : endpoint
                .threads()
                .mailbox(
                    new ReadGate(webSocket, context.meter()),
                    webSocket.eventLoop(),
                    webSocket::execute,
                    peer);
    context.meter().opened();
    heard();
    endpoint.add(this);
    group.add(this);
    Consumer<RawPeer> opened = endpoint.handlers().open;
    if (opened != null) {
      hand(() -> opened.accept(peer), 0);
    }
  }

  RawPeer peer() {
    return peer;
  }

  WebSocket webSocket() {
    return webSocket;
  }

  /** Where the group keeps it. */
  int place() {
    return place;
  }

  void place(int index) {
    place = index;
  }

  /**
   * After so many milliseconds lets handlers finish what was taken, and closes with 1001. Any
   * thread.
   */
  void sendAway(long after) {
    ScheduledFuture<?> unused =
        webSocket.eventLoop().schedule(this::leave, after, TimeUnit.MILLISECONDS);
  }

  private void leave() {
    Mailbox box = mailbox;
    if (box == null) {
      goAway();
    } else {
      box.add(this::goAway);
    }
  }

  private void goAway() {
    peer.close(CloseCode.GOING_AWAY.code(), "the server is closing");
  }

  private void heard() {
    if (endpoint.endsIdle()) {
      heardAt = context.now();
    }
  }

  /** Ends it if the client has said nothing since then. Any thread. */
  void endIfIdle(long since) {
    if (heardAt <= since) {
      webSocket.execute(() -> {
        if (heardAt <= since && webSocket.readyState() == ReadyState.OPEN) {
          context.meter().limit(Limit.IDLE);
          webSocket.close(CloseCode.POLICY_VIOLATION.code(), "idle: no message for too long");
        }
      });
    }
  }

  /** Runs users' code when it is its turn: now if that is on the loop. */
  private void hand(RawInterceptor.Next task, int size) {
    Mailbox box = mailbox;
    if (box != null) {
      box.add(() -> guarded(task), size);
      return;
    }
    group.begin(peer);
    try {
      guarded(task);
    } finally {
      group.end();
    }
  }

  private void guarded(RawInterceptor.Next task) {
    try {
      task.proceed();
    } catch (RefusedException refused) { // what an interceptor says to the client
      peer.refuse(String.valueOf(refused.getMessage()));
    } catch (Throwable failure) { // users' code: costs its own connection only
      try {
        endpoint.failed(peer, failure);
      } finally {
        peer.close(CloseCode.INTERNAL_ERROR.code(), "the server failed");
      }
    }
  }

  /** Hands a message to its handler, through the interceptors. */
  private void deliver(
      Supplier<RawInterceptor.Message> message, RawInterceptor.Next handler, int size) {
    if (endpoint.handlers().interceptors.isEmpty()) {
      hand(handler, size);
    } else {
      RawInterceptor.Message seen = message.get();
      hand(() -> pass(0, seen, handler), size);
    }
  }

  /** Takes a message through the interceptors from that one on; the last step is the handler. */
  private void pass(int index, RawInterceptor.Message message, RawInterceptor.Next handler)
      throws Exception {
    var interceptors = endpoint.handlers().interceptors;
    if (index == interceptors.size()) {
      handler.proceed();
    } else {
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
                pass(index + 1, message, handler);
              });
    }
  }

  @Override
  public void onText(ByteBuf content) {
    int size = came(content);
    BiConsumer<RawPeer, String> handler = endpoint.handlers().text;
    if (handler == null) {
      view(true, content, size);
      return;
    }
    String text = content.toString(StandardCharsets.UTF_8);
    deliver(
        () -> new RawInterceptor.Message.Text(text, size), () -> handler.accept(peer, text), size);
  }

  @Override
  public void onBinary(ByteBuf content) {
    int size = came(content);
    BiConsumer<RawPeer, byte[]> handler = endpoint.handlers().binary;
    if (handler == null) {
      view(false, content, size);
      return;
    }
    byte[] bytes = ByteBufUtil.getBytes(content);
    deliver(
        () -> new RawInterceptor.Message.Binary(bytes), () -> handler.accept(peer, bytes), size);
  }

  /** Hands on what has no handler of its kind. It is copied only if it leaves the loop. */
  private void view(boolean text, ByteBuf content, int size) {
    BiConsumer<RawPeer, RawView> handler = endpoint.handlers().view;
    if (handler == null) {
      String why = text ? "no text here" : "no binary here";
      hand(() -> peer.close(CloseCode.UNSUPPORTED_DATA.code(), why), 0); // after those before it
      return;
    }
    RawView view =
        new RawView(
            text,
            mailbox == null ? content : Unpooled.wrappedBuffer(ByteBufUtil.getBytes(content)));
    deliver(
        view::message,
        () -> {
          try {
            handler.accept(peer, view);
          } finally {
            view.end();
          }
        },
        size);
  }

  private int came(ByteBuf content) {
    int size = content.readableBytes();
    heard();
    context.meter().received(size);
    return size;
  }

  @Override
  public void onPing(ByteBuf content) {
    control(endpoint.handlers().ping, content);
  }

  @Override
  public void onPong(ByteBuf content) {
    control(endpoint.handlers().pong, content);
  }

  private void control(@Nullable BiConsumer<RawPeer, byte[]> handler, ByteBuf content) {
    if (handler != null) {
      byte[] payload = ByteBufUtil.getBytes(content);
      hand(() -> handler.accept(peer, payload), 0);
    }
  }

  @Override
  public Overflow onOverflow(int bytes) {
    context.meter().limit(Limit.PENDING_BYTES);
    return Overflow.CLOSE;
  }

  /** What handlers send for the messages before it goes ahead of our close frame. */
  @Override
  public void onEnding(Runnable end) {
    Mailbox box = mailbox;
    if (box == null || box.idle()) {
      webSocket.execute(end); // after what they sent so far
    } else {
      box.add(() -> webSocket.execute(end));
    }
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    context.meter().closed(code);
    endpoint.remove(this);
    group.remove(this);
    peer.ended();
    RawEndpoint.CloseHandler handler = endpoint.handlers().close;
    if (handler != null) {
      hand(() -> handler.closed(peer, code, reason, clean), 0);
    }
    Mailbox box = mailbox;
    if (box == null) {
      endpoint.finished(this);
    } else {
      box.add(() -> {
        box.retire();
        endpoint.finished(this);
      });
    }
  }
}
