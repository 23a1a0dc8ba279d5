package dev.switchboard.server;

/** The header in which trusted proxies pass on the client's address and scheme. */
public enum ForwardedBy {
  /** {@code X-Forwarded-For} and {@code X-Forwarded-Proto}, which most proxies send. */
  X_FORWARDED_FOR,
  /** {@code Forwarded} (RFC 7239). */
  FORWARDED
}
