package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
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

  RawConnection(RawEndpoint endpoint, WebSocket webSocket, RawPeer peer) {
    this.endpoint = endpoint;
    this.handlers = endpoint.handlers();
    this.webSocket = webSocket;
    this.peer = peer;
    this.mailbox = new Mailbox(Mailbox.Flow.of(webSocket));
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

  private void guarded(Runnable handler) {
    try {
      handler.run();
    } catch (Throwable failure) { // users' code: costs its own connection only
      handlers.error.accept(peer, failure);
      peer.close(CloseCode.INTERNAL_ERROR.code(), "the server failed");
    }
  }

  private <T> void hand(@Nullable BiConsumer<RawPeer, T> handler, T what) {
    if (handler != null) {
      mailbox.add(() -> guarded(() -> handler.accept(peer, what)));
    }
  }

  @Override
  public void onText(ByteBuf view) {
    if (handlers.text == null) {
      webSocket.close(CloseCode.UNSUPPORTED_DATA.code(), "no text here");
    } else {
      hand(handlers.text, view.toString(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void onBinary(ByteBuf view) {
    if (handlers.binary == null) {
      webSocket.close(CloseCode.UNSUPPORTED_DATA.code(), "no binary here");
    } else {
      hand(handlers.binary, ByteBufUtil.getBytes(view));
    }
  }

  @Override
  public void onPing(ByteBuf view) {
    hand(handlers.ping, ByteBufUtil.getBytes(view));
  }

  @Override
  public void onPong(ByteBuf view) {
    hand(handlers.pong, ByteBufUtil.getBytes(view));
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    endpoint.remove(this);
    RawEndpoint.CloseHandler handler = handlers.close;
    mailbox.add(() -> {
      if (handler != null) {
        guarded(() -> handler.closed(peer, code, reason, clean));
      }
      endpoint.finished(this);
    });
  }
}
