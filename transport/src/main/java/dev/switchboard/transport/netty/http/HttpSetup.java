package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpHandler;
import dev.switchboard.transport.ServerTransportOptions;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all connections of one server share. Thread-safe.
 *
 * @param open how many connections are open, of every kind
 */
public record HttpSetup(ServerTransportOptions options, HttpHandler handler, AtomicInteger open) {
  /** Connections beyond the limit that are still told so. */
  private static final int OVER_LIMIT_SLACK = 256;

  /** Whether more connections are open than may be. */
  boolean crowded() {
    return open.get() > options.maxConnections();
  }

  /** Whether so many connections are open that a new one is not even told so. */
  public boolean beyondSlack() {
    return open.get() > (long) options.maxConnections() + OVER_LIMIT_SLACK;
  }
}
