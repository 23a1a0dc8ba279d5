package dev.switchboard.protocol.client;

/** How a client authenticates. */
public enum Tokens {
  /** Without a token, or with one in the address or in a header that never changes. */
  NONE,
  /** With a token in the {@code Authorization} header of each upgrade request. */
  IN_UPGRADE,
  /** With a token in an {@code authenticate} message, the first on each connection. */
  IN_MESSAGE
}
