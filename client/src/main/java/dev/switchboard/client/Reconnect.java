package dev.switchboard.client;

import dev.switchboard.protocol.wire.Defaults;
import java.time.Duration;

/**
 * How a client reconnects after it has lost its connection, unless the close was final ({@code
 * spec/protocol.md#11-closing}). Immutable.
 *
 * @param first the delay before the first attempt
 * @param cap the maximum delay
 * @param exponential whether the delay is drawn at random below a bound that doubles with each
 *     attempt, so that many clients don't reconnect at once
 * @param maxAttempts attempts in a row before giving up; 0 means never to reconnect
 * @param fromStart whether {@code connect} retries as well; by default it fails at the first
 *     failure
 */
public record Reconnect(
    Duration first, Duration cap, boolean exponential, int maxAttempts, boolean fromStart) {
  private static final Duration DAY = Duration.ofDays(1);

  /** A random delay of up to 1 s, 2 s, 4 s … 30 s, without giving up. */
  public static final Reconnect DEFAULT =
      exponential(
          Duration.ofMillis(Defaults.RECONNECT_DELAY),
          Duration.ofMillis(Defaults.MAX_RECONNECT_DELAY));

  /**
   * Validates the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public Reconnect {
    if (first.toMillis() < 1 || first.compareTo(DAY) > 0) {
      throw new IllegalArgumentException(
          "reconnect first: " + first + " (expected: PT0.001S-PT24H)");
    }
    if (cap.compareTo(first) < 0 || cap.compareTo(DAY) > 0) {
      throw new IllegalArgumentException(
          "reconnect cap: " + cap + " (expected: " + first + "-PT24H)");
    }
    if (maxAttempts < 0) {
      throw new IllegalArgumentException(
          "reconnect maxAttempts: " + maxAttempts + " (expected: 0 or more)");
    }
  }

  /** Returns delays that double from {@code first} up to {@code cap}, with full jitter. */
  public static Reconnect exponential(Duration first, Duration cap) {
    return new Reconnect(first, cap, true, Integer.MAX_VALUE, false);
  }

  /** Returns the same delay before each attempt. */
  public static Reconnect fixed(Duration delay) {
    return new Reconnect(delay, delay, false, Integer.MAX_VALUE, false);
  }

  /** Returns a policy that never reconnects. */
  public static Reconnect never() {
    return DEFAULT.withMaxAttempts(0);
  }

  /** Returns a copy that gives up after this many attempts in a row. */
  public Reconnect withMaxAttempts(int attempts) {
    return new Reconnect(first, cap, exponential, attempts, fromStart);
  }

  /**
   * Returns a copy that also applies to {@code connect}, which then returns once the session is
   * open, after any number of attempts, and fails when further attempts are pointless.
   */
  public Reconnect fromTheStart() {
    return new Reconnect(first, cap, exponential, maxAttempts, true);
  }
}
