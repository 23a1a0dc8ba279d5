package dev.switchboard.client;

/**
 * Whether a client goes where a server points it to instead of taking the upgrade: statuses 301,
 * 302, 303, 307 and 308 with a {@code Location} (RFC 9110 §15.4), which may also be {@code http://}
 * or {@code https://}. Each attempt to connect begins at the client's own address again. Immutable.
 *
 * <p>{@code Authorization}, {@code Proxy-Authorization} and {@code Cookie} headers stay behind when
 * the host or the port changes, or encryption ends.
 *
 * @param most so many in a row, 0–20; 0 means that one is a failure
 * @param unencrypted whether {@code wss://} may lead to {@code ws://}
 */
public record Redirects(int most, boolean unencrypted) {
  /** None is followed. */
  public static final Redirects NONE = new Redirects(0, false);

  /** Checks the range. */
  public Redirects {
    if (most < 0 || most > 20) {
      throw new IllegalArgumentException("redirects: " + most + " (expected: 0-20)");
    }
  }

  /** So many in a row, but never from {@code wss://} to {@code ws://}. */
  public static Redirects upTo(int most) {
    return new Redirects(most, false);
  }

  /** The same, also from {@code wss://} to {@code ws://}, where everyone on the way reads along. */
  public Redirects alsoUnencrypted() {
    return new Redirects(most, true);
  }
}
