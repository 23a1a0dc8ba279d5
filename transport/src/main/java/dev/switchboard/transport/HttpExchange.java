package dev.switchboard.transport;

import io.netty.channel.EventLoop;

/**
 * An HTTP request and its single response, given with {@link #respond} or {@link #accept}.
 * Thread-safe. A response to a connection that is gone is dropped.
 *
 * <p>Upgrades that break RFC 6455 §4.2.1 are refused with their status before a handler sees them.
 */
public interface HttpExchange {
  /** Returns the request. */
  HttpRequest request();

  /** Whether the request is a valid WebSocket handshake, so that {@link #accept} may be called. */
  boolean isUpgrade();

  /**
   * Sends a response.
   *
   * @throws IllegalStateException if the request was answered before
   */
  void respond(HttpResponse response);

  /**
   * Answers 101 and turns the connection into a WebSocket. The listener is created on the event
   * loop, before any frame is read.
   *
   * @throws IllegalStateException if the request was answered before, or is not an upgrade
   */
  void accept(Upgrade upgrade);

  /** Returns the event loop that runs everything on this connection. */
  EventLoop eventLoop();
}
