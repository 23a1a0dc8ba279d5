package dev.switchboard.client;

import java.time.Duration;

/**
 * How a client comes back after it lost its connection, unless the close was final ({@code
 * spec/protocol.md#11-closing}). Immutable.
 *
 * @param first the delay before the first attempt
 * @param cap the longest delay
 * @param exponential whether the bound doubles with each attempt and the delay is drawn at random
 *     below it, so that many clients don't come back at once
 * @param maxAttempts attempts in a row before giving up; 0 means never to come back
 * @param fromStart whether {@code connect} goes on trying as well; by default it fails at once
 */
public record Reconnect(
    Duration first, Duration cap, boolean exponential, int maxAttempts, boolean fromStart) {
  private static final Duration DAY = Duration.ofDays(1);

  /** At random within 1 s, 2 s, 4 s … 30 s, without end. */
  public static final Reconnect DEFAULT =
      exponential(Duration.ofSeconds(1), Duration.ofSeconds(30));

  /** Checks the ranges. */
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

  /** Doubling from {@code first} up to {@code cap}, with full jitter. */
  public static Reconnect exponential(Duration first, Duration cap) {
    return new Reconnect(first, cap, true, Integer.MAX_VALUE, false);
  }

  /** Always the same delay. */
  public static Reconnect fixed(Duration delay) {
    return new Reconnect(delay, delay, false, Integer.MAX_VALUE, false);
  }

  /** Not at all. */
  public static Reconnect never() {
    return DEFAULT.withMaxAttempts(0);
  }

  /** The same, but giving up after so many attempts in a row. */
  public Reconnect withMaxAttempts(int attempts) {
    return new Reconnect(first, cap, exponential, attempts, fromStart);
  }

  /**
   * The same for {@code connect}, which then returns when the session is open, after however many
   * attempts, and fails when there is no point in more.
   */
  public Reconnect fromTheStart() {
    return new Reconnect(first, cap, exponential, maxAttempts, true);
  }
}
