package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/** Handles HTTP requests, upgrades included. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Handles a complete request. Called on the connection's event loop, one request of a connection
   * at a time: the next one follows once this one is answered. Must not block; the response may be
   * given later and on any thread. An exception is logged and answered with 500.
   */
  void handle(HttpExchange exchange);

  /**
   * Decides whether to read a request's body. Called on the connection's event loop for each
   * request that has one, before any of it is read. Must not block.
   *
   * @param head the request without its body
   * @return a response that refuses the body and ends the connection, or null to read the body, up
   *     to {@code maxBodyBytes}, and {@link #handle} the request
   */
  default @Nullable HttpResponse refuse(HttpRequest head) {
    return null;
  }

  /**
   * Returns the headers of every response that does not set them itself, including those that the
   * transport gives without asking the handler; not of the 101 that accepts an upgrade. Called on
   * the connection's event loop. Must not block.
   *
   * @param secure whether the connection uses TLS
   */
  default Headers defaultHeaders(boolean secure) {
    return Headers.EMPTY;
  }

  /**
   * Called on the connection's event loop when an upgrade was refused with 503, unhandled, because
   * there are too many connections. Must not block.
   */
  default void overloaded(HttpRequest request) {}
}
