package dev.switchboard.transport;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The answer that makes a request a WebSocket. Immutable.
 *
 * @param subprotocol one of those offered, or null for none
 * @param headers further headers of the 101 response
 * @param options limits and habits
 * @param listener called once on the event loop, before any frame; it may send at once
 * @param abandoned called once instead of the listener if the connection has ended by then
 */
public record Upgrade(
    @Nullable String subprotocol,
    Headers headers,
    WebSocketOptions options,
    Function<WebSocket, WebSocketListener> listener,
    Runnable abandoned) {
  /** An upgrade without subprotocol or further headers. */
  public static Upgrade of(
      WebSocketOptions options, Function<WebSocket, WebSocketListener> listener) {
    return new Upgrade(null, Headers.EMPTY, options, listener, () -> {});
  }

  /** The same with a subprotocol. */
  public Upgrade withSubprotocol(@Nullable String chosen) {
    return new Upgrade(chosen, headers, options, listener, abandoned);
  }

  /** The same with further response headers. */
  public Upgrade withHeaders(Headers more) {
    return new Upgrade(subprotocol, more, options, listener, abandoned);
  }
}
