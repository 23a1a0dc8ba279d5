package dev.switchboard.transport;

import io.netty.channel.EventLoop;

/**
 * One request and the one answer to it: {@link #respond} or {@link #accept}. Thread-safe; an answer
 * to a connection that is gone is dropped.
 *
 * <p>Upgrades that break RFC 6455 §4.2.1 are refused with their status before a handler sees them.
 */
public interface HttpExchange {
  /** What was asked. */
  HttpRequest request();

  /** Whether this is a proper WebSocket handshake, so that {@link #accept} may be called. */
  boolean isUpgrade();

  /**
   * Answers with a response.
   *
   * @throws IllegalStateException if it was answered before
   */
  void respond(HttpResponse response);

  /**
   * Answers 101 and makes the connection a WebSocket. The listener is made on the event loop,
   * before any frame is read.
   *
   * @throws IllegalStateException if it was answered before, or is no upgrade
   */
  void accept(Upgrade upgrade);

  /** Where everything of this connection happens. */
  EventLoop eventLoop();
}
