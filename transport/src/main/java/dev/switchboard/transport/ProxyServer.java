package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/**
 * A proxy that a client connects through. The proxy resolves the server's name. Immutable.
 *
 * @param kind the proxy's protocol
 * @param host name or address of the proxy
 * @param port 1–65535
 * @param user user name for authentication, or null for none
 * @param password at most 255 bytes of UTF-8, like the user; may be empty
 */
public record ProxyServer(
    Kind kind, String host, int port, @Nullable String user, String password) {

  /** The protocol of a proxy. */
  public enum Kind {
    /** {@code CONNECT} (RFC 9110 §9.3.6) with basic authentication. */
    HTTP,
    /** SOCKS 5 (RFC 1928) with user name and password (RFC 1929). */
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

  /** Returns an HTTP proxy without authentication. */
  public static ProxyServer http(String host, int port) {
    return new ProxyServer(Kind.HTTP, host, port, null, "");
  }

  /** Returns a SOCKS 5 proxy without authentication. */
  public static ProxyServer socks5(String host, int port) {
    return new ProxyServer(Kind.SOCKS5, host, port, null, "");
  }

  /** Returns a copy with a user name and password. */
  public ProxyServer as(String name, String secret) {
    return new ProxyServer(kind, host, port, name, secret);
  }

  @Override
  public String toString() {
    return "ProxyServer[" + kind + " " + host + ":" + port + "]"; // never the password
  }
}
