package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Limits;

/** How a client authenticates. */
public enum Tokens {
  /** Without a token, or with one in the address or in a header that never changes. */
  NONE,
  /** With a token in the {@code Authorization} header of each upgrade request. */
  IN_UPGRADE,
  /** With a token in an {@code authenticate} message, the first on each connection. */
  IN_MESSAGE;

  /** Why a token is refused that is not {@link #usable}. */
  public static final String UNUSABLE =
      "token: not usable (expected: 1-" + Limits.MAX_TOKEN_CHARACTERS + " visible ASCII)";

  /** Whether a token fits in a header (RFC 6750 §2.1); lenient about its characters. */
  public static boolean usable(String token) {
    return !token.isEmpty()
        && token.length() <= Limits.MAX_TOKEN_CHARACTERS
        && token.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
