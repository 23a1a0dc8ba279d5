package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/** Decides what becomes of each HTTP request, upgrades among them. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Called on the connection's event loop for each complete request, the next one of a connection
   * only after the answer to the last. Must not block; the answer may come later and from any
   * thread. An exception is logged and answered with 500.
   */
  void handle(HttpExchange exchange);

  /**
   * Asked on the connection's event loop for each request that has a body, before any of it is
   * read. Must not block.
   *
   * @param head the request without its body
   * @return the answer to a request whose body is of no use, after which the connection ends; null
   *     to read the body, within {@code maxBodyBytes}, and {@link #handle} the request
   */
  default @Nullable HttpResponse refuse(HttpRequest head) {
    return null;
  }

  /**
   * Told on the connection's event loop that an upgrade was refused with 503 and not handled, as
   * there are too many connections. Must not block.
   */
  default void overloaded(HttpRequest request) {}
}
