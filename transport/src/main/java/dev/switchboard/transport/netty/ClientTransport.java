package dev.switchboard.transport.netty;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Opens client WebSockets. */
public final class ClientTransport {
  private ClientTransport() {}

  /**
   * Connects without blocking; the name is resolved off the loop.
   *
   * @param loop carries the connection; one of {@link Loops}
   * @param listener called once on the loop, before any frame
   * @return completed on the loop, before any frame is delivered; fails with {@link
   *     HandshakeException}
   */
  public static CompletionStage<WebSocket> connect(
      ClientConnect request, EventLoop loop, Function<WebSocket, WebSocketListener> listener) {
    return Connecting.start(request, loop, listener);
  }
}
