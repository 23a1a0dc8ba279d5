package dev.switchboard.protocol.client;

/** How a client proves who it is. */
public enum Tokens {
  /** Not by a token of its own, or by one in the address or a header that never changes. */
  NONE,
  /** By a token in the {@code Authorization} header of each upgrade request. */
  IN_UPGRADE,
  /** By a token in an {@code authenticate} message, which is the first on each connection. */
  IN_MESSAGE
}
