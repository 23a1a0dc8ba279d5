package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/**
 * A proxy that a client connects through; it is told the server's name, and looks that up itself.
 * Immutable.
 *
 * @param kind what it speaks
 * @param host its name or address
 * @param port 1–65535
 * @param user who to say one is, with the password; null for nobody
 * @param password at most 255 bytes of UTF-8, like the user; empty if there is none
 */
public record ProxyServer(
    Kind kind, String host, int port, @Nullable String user, String password) {

  /** What a proxy speaks. */
  public enum Kind {
    /** {@code CONNECT} (RFC 9110 §9.3.6), with basic authentication. */
    HTTP,
    /** SOCKS 5 (RFC 1928), with user and password (RFC 1929). */
    SOCKS5
  }

  /** Checks the ranges. */
  public ProxyServer {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("proxy host: empty (expected: a name or an address)");
    }
    Checks.range("proxy port", port, 1, 65_535);
    if (user != null && (user.isEmpty() || user.indexOf(':') >= 0)) {
      throw new IllegalArgumentException("proxy user: empty or with a colon (expected: neither)");
    }
  }

  /** One that asks for no user. */
  public static ProxyServer http(String host, int port) {
    return new ProxyServer(Kind.HTTP, host, port, null, "");
  }

  /** One that asks for no user. */
  public static ProxyServer socks5(String host, int port) {
    return new ProxyServer(Kind.SOCKS5, host, port, null, "");
  }

  /** The same, saying who one is. */
  public ProxyServer as(String name, String secret) {
    return new ProxyServer(kind, host, port, name, secret);
  }

  @Override
  public String toString() {
    return "ProxyServer[" + kind + " " + host + ":" + port + "]"; // never the password
  }
}
