package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpHandler;
import dev.switchboard.transport.ServerTransportOptions;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the connections of a server share. Thread-safe.
 *
 * @param open the number of open connections, of every kind
 */
public record HttpSetup(
    ServerTransportOptions options,
    HttpHandler handler,
    AtomicInteger open,
    PendingResponses responses) {
  /** Connections beyond the limit that still get a 503. */
  private static final int OVER_LIMIT_SLACK = 256;

  /** Whether more connections are open than allowed. */
  boolean crowded() {
    return open.get() > options.maxConnections();
  }

  /** Whether so many connections are open that a new one is closed without a response. */
  public boolean beyondSlack() {
    return open.get() > (long) options.maxConnections() + OVER_LIMIT_SLACK;
  }
}
