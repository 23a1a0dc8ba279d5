package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/**
 * How a client reaches its server. Immutable.
 *
 * @param proxy the proxy to connect through; null, the default, for none
 * @param resolver resolves names; the JDK's by default
 */
public record Route(@Nullable ProxyServer proxy, Resolver resolver) {
  /** No proxy, and the JDK's resolver. */
  public static final Route DIRECT = new Route(null, Resolver.SYSTEM);
}
