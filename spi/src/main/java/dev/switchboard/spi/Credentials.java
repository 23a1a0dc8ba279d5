package dev.switchboard.spi;

/**
 * What a client presents to prove its identity. Immutable.
 *
 * @param kind how the credentials were presented, which tells what they can be
 * @param value the token, code or cookie itself: a secret
 */
public record Credentials(Kind kind, String value) {
  /** The kinds of credentials. */
  public enum Kind {
    /**
     * A token, from the {@code Authorization: Bearer} header, a subprotocol, or an {@code
     * authenticate} message.
     */
    TOKEN,
    /** A cookie's value. */
    COOKIE,
    /** A one-time code, from a subprotocol. */
    BIND_CODE
  }

  /** Returns a description without the value. */
  @Override
  public String toString() {
    return "Credentials[" + kind + "]";
  }
}
