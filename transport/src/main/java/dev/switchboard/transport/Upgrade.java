package dev.switchboard.transport;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The response that turns a request into a WebSocket. Immutable.
 *
 * @param subprotocol one of those offered, or null for none
 * @param headers further headers of the 101 response
 * @param options limits and settings
 * @param listener called once on the event loop, before any frame; it may send immediately
 * @param abandoned called once instead of the listener if the connection has ended by then
 */
public record Upgrade(
    @Nullable String subprotocol,
    Headers headers,
    WebSocketOptions options,
    Function<WebSocket, WebSocketListener> listener,
    Runnable abandoned) {
  /** Returns an upgrade without subprotocol or further headers. */
  public static Upgrade of(
      WebSocketOptions options, Function<WebSocket, WebSocketListener> listener) {
    return new Upgrade(null, Headers.EMPTY, options, listener, () -> {});
  }

  /** Returns a copy with a subprotocol. */
  public Upgrade withSubprotocol(@Nullable String chosen) {
    return new Upgrade(chosen, headers, options, listener, abandoned);
  }

  /** Returns a copy with other response headers. */
  public Upgrade withHeaders(Headers more) {
    return new Upgrade(subprotocol, more, options, listener, abandoned);
  }
}
