package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Limits;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a client authenticates. */
public enum Tokens {
  /** Without a token, or with one in the address or in a header that never changes. */
  NONE,
  /** With a token in the {@code Authorization} header of each upgrade request. */
  IN_UPGRADE,
  /** With a token in an {@code authenticate} message, the first on each connection. */
  IN_MESSAGE,
  /** With a bind code in a subprotocol that each upgrade request offers. */
  CODE_IN_UPGRADE,
  /** With a bind code in an {@code authenticate} message, the first on each connection. */
  CODE_IN_MESSAGE;

  /** Why a token is refused that is not {@link #usable}. */
  public static final String UNUSABLE =
      "token: not usable (expected: 1-" + Limits.MAX_TOKEN_CHARACTERS + " visible ASCII)";

  /** Why a bind code is refused that is not {@link #usableCode}. */
  public static final String UNUSABLE_CODE =
      "bind code: not usable (expected: letters, digits, and -._~)";

  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9._~-]{1,1024}");

  /** Whether what is shown are bind codes, each good for one attempt. */
  public boolean codes() {
    return this == CODE_IN_UPGRADE || this == CODE_IN_MESSAGE;
  }

  boolean inUpgrade() {
    return this == IN_UPGRADE || this == CODE_IN_UPGRADE;
  }

  boolean inMessage() {
    return this == IN_MESSAGE || this == CODE_IN_MESSAGE;
  }

  /** Whether a bind code fits in the name of a subprotocol. */
  public static boolean usableCode(String code) {
    return CODE.matcher(code).matches();
  }

  /** Why a token or code can't be shown; null if it can. */
  @Nullable String unusable(String proof) {
    if (codes()) {
      return usableCode(proof) ? null : UNUSABLE_CODE;
    }
    return usable(proof) ? null : UNUSABLE;
  }

  /** Whether a token fits in a header (RFC 6750 §2.1); lenient about its characters. */
  public static boolean usable(String token) {
    return !token.isEmpty()
        && token.length() <= Limits.MAX_TOKEN_CHARACTERS
        && token.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
