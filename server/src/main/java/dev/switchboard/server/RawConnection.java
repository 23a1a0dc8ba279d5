package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of a raw endpoint: hands what comes to the handlers, in order. Confined to its
 * event loop.
 */
final class RawConnection implements WebSocketListener {
  private final RawEndpoint endpoint;
  private final RawEndpoint.Handlers handlers;
  private final WebSocket webSocket;
  private final RawPeer peer;
  private final Mailbox mailbox;
  private final Meter meter;
  private volatile long heardAt; // only kept if there is an idle timeout

  RawConnection(RawEndpoint endpoint, WebSocket webSocket, RawPeer peer) {
    this.endpoint = endpoint;
    this.handlers = endpoint.handlers();
    this.webSocket = webSocket;
    this.peer = peer;
    this.meter = endpoint.meter();
    this.mailbox =
        new Mailbox(
            new Intake(webSocket, meter), Thread::startVirtualThread, endpoint.watch(), peer);
    meter.opened();
    heard();
    endpoint.add(this);
    Consumer<RawPeer> opened = handlers.open;
    if (opened != null) {
      mailbox.add(() -> guarded(() -> opened.accept(peer)));
    }
  }

  RawPeer peer() {
    return peer;
  }

  /** Lets handlers finish what was taken, and closes with 1001. Any thread. */
  void sendAway() {
    mailbox.add(() -> peer.close(CloseCode.GOING_AWAY.code(), "the server is closing"));
  }

  private void heard() {
    if (!endpoint.settings().idleTimeout().isZero()) {
      heardAt = endpoint.clock().millis();
    }
  }

  /** Ends it if the client has said nothing since then. Any thread. */
  void endIfIdle(long since) {
    if (heardAt <= since) {
      webSocket.execute(() -> {
        if (heardAt <= since && webSocket.readyState() == ReadyState.OPEN) {
          meter.limit(Limit.IDLE);
          webSocket.close(CloseCode.POLICY_VIOLATION.code(), "idle: no message for too long");
        }
      });
    }
  }

  private void guarded(RawInterceptor.Next handler) {
    try {
      handler.proceed();
    } catch (RefusedException refused) { // what an interceptor says to the client
      peer.refuse(String.valueOf(refused.getMessage()));
    } catch (Throwable failure) { // users' code: costs its own connection only
      handlers.error.accept(peer, failure);
      peer.close(CloseCode.INTERNAL_ERROR.code(), "the server failed");
    }
  }

  private <T> void hand(@Nullable BiConsumer<RawPeer, T> handler, T what, int size) {
    if (handler != null) {
      mailbox.add(() -> guarded(() -> handler.accept(peer, what)), size);
    }
  }

  /** Takes a message through the interceptors from that one on; the last step is the handler. */
  private void pass(int index, RawInterceptor.Message message, RawInterceptor.Next handler)
      throws Exception {
    if (index == handlers.interceptors.size()) {
      handler.proceed();
    } else {
      handlers
          .interceptors
          .get(index)
          .intercept(message, peer, () -> pass(index + 1, message, handler));
    }
  }

  @Override
  public void onText(ByteBuf view) {
    BiConsumer<RawPeer, String> handler = handlers.text;
    int size = view.readableBytes();
    came(size);
    if (handler == null) {
      webSocket.close(CloseCode.UNSUPPORTED_DATA.code(), "no text here");
      return;
    }
    String text = view.toString(StandardCharsets.UTF_8);
    if (handlers.interceptors.isEmpty()) {
      hand(handler, text, size);
    } else {
      var message = new RawInterceptor.Message.Text(text, size);
      mailbox.add(() -> guarded(() -> pass(0, message, () -> handler.accept(peer, text))), size);
    }
  }

  @Override
  public void onBinary(ByteBuf view) {
    BiConsumer<RawPeer, byte[]> handler = handlers.binary;
    int size = view.readableBytes();
    came(size);
    if (handler == null) {
      webSocket.close(CloseCode.UNSUPPORTED_DATA.code(), "no binary here");
      return;
    }
    byte[] bytes = ByteBufUtil.getBytes(view);
    if (handlers.interceptors.isEmpty()) {
      hand(handler, bytes, size);
    } else {
      var message = new RawInterceptor.Message.Binary(bytes);
      mailbox.add(() -> guarded(() -> pass(0, message, () -> handler.accept(peer, bytes))), size);
    }
  }

  private void came(int bytes) {
    heard();
    meter.received(bytes);
  }

  @Override
  public void onPing(ByteBuf view) {
    hand(handlers.ping, ByteBufUtil.getBytes(view), 0);
  }

  @Override
  public void onPong(ByteBuf view) {
    hand(handlers.pong, ByteBufUtil.getBytes(view), 0);
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    meter.closed(code);
    endpoint.remove(this);
    RawEndpoint.CloseHandler handler = handlers.close;
    mailbox.add(() -> {
      if (handler != null) {
        guarded(() -> handler.closed(peer, code, reason, clean));
      }
      mailbox.retire();
      endpoint.finished(this);
    });
  }
}
