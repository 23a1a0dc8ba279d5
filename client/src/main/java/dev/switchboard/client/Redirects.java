package dev.switchboard.client;

/**
 * Which redirects a client follows: statuses 301, 302, 303, 307 and 308 with a {@code Location}
 * (RFC 9110 §15.4), which may also be {@code http://} or {@code https://}. Each connection attempt
 * starts at the original address again. Immutable.
 *
 * <p>The headers {@code Authorization}, {@code Proxy-Authorization} and {@code Cookie} are not sent
 * if the host or port changes, or encryption ends. A client with a {@link TokenSupplier} does not
 * follow such a redirect.
 *
 * @param most the maximum number in a row, 0–20; 0 follows none
 * @param unencrypted whether {@code wss://} may lead to {@code ws://}
 */
public record Redirects(int most, boolean unencrypted) {
  /** Follows no redirects. */
  public static final Redirects NONE = new Redirects(0, false);

  /**
   * Validates the range.
   *
   * @throws IllegalArgumentException if {@code most} is out of range
   */
  public Redirects {
    if (most < 0 || most > 20) {
      throw new IllegalArgumentException("redirects: " + most + " (expected: 0-20)");
    }
  }

  /** Follows up to this many redirects in a row, but never from {@code wss://} to {@code ws://}. */
  public static Redirects upTo(int most) {
    return new Redirects(most, false);
  }

  /**
   * Returns a copy that also follows redirects from {@code wss://} to {@code ws://}, where everyone
   * on the way can read along.
   */
  public Redirects alsoUnencrypted() {
    return new Redirects(most, true);
  }
}
