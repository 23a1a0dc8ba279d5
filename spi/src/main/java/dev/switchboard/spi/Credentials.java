package dev.switchboard.spi;

/**
 * What a client shows to prove who it is. Immutable.
 *
 * @param kind where it was shown, which says what it may be
 * @param value the token, code or cookie itself: a secret
 */
public record Credentials(Kind kind, String value) {
  /** Kinds of credentials. */
  public enum Kind {
    /**
     * A token, from the {@code Authorization: Bearer} header, a subprotocol, or an {@code
     * authenticate} message.
     */
    TOKEN,
    /** The value of a cookie. */
    COOKIE,
    /** A one-time code, from a subprotocol. */
    BIND_CODE
  }

  /** Without the value. */
  @Override
  public String toString() {
    return "Credentials[" + kind + "]";
  }
}
