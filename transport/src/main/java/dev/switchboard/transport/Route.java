package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/**
 * How a client gets to its server. Immutable.
 *
 * @param proxy to connect through; null for none, the default
 * @param resolver finds the addresses of names; the JDK's by default
 */
public record Route(@Nullable ProxyServer proxy, Resolver resolver) {
  /** Straight to the addresses that the JDK finds. */
  public static final Route DIRECT = new Route(null, Resolver.SYSTEM);
}
