package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.wire.Defaults;

/**
 * How long a client waits before each reconnect attempt. Immutable.
 *
 * @param first the delay before the first attempt, in milliseconds; doubled for each further one if
 *     exponential
 * @param cap the maximum delay, in milliseconds
 * @param exponential whether the delay is drawn at random between 0 and a growing bound
 * @param maxAttempts attempts in a row before giving up; 0 means never to reconnect
 * @param fromStart whether to retry even if the first connection never came about
 */
public record Backoff(
    long first, long cap, boolean exponential, int maxAttempts, boolean fromStart) {
  /** The delays of the specification. */
  static final Backoff DEFAULT =
      new Backoff(Defaults.RECONNECT_DELAY, Defaults.MAX_RECONNECT_DELAY, true, Integer.MAX_VALUE);

  /** The delays before retrying something that the server refused for now. */
  static final Backoff REPEATS = DEFAULT;

  /** Creates a backoff that reports a failed first connection to the user instead of retrying. */
  public Backoff(long first, long cap, boolean exponential, int maxAttempts) {
    this(first, cap, exponential, maxAttempts, false);
  }

  /**
   * Returns the delay before an attempt, in milliseconds.
   *
   * @param attempt counted from 1
   * @param draw a random number from 0 to 1
   */
  long delay(int attempt, double draw) {
    if (!exponential) {
      return Math.min(first, cap);
    }
    long bound = attempt > 31 ? cap : Math.min(cap, first << (attempt - 1));
    return Math.round(draw * (bound < 0 ? cap : bound));
  }

  /**
   * Returns the delay if the server asked the client to wait. The own delay is added to that time,
   * so that clients who were asked together do not return together.
   *
   * @param asked in milliseconds; 0 or less if the server did not ask
   */
  long delay(int attempt, double draw, long asked) {
    long own = delay(attempt, draw);
    long together =
        Math.min(Limits.MAX_ASKED_WAIT, Math.min(Limits.MAX_ASKED_WAIT, Math.max(0, asked)) + own);
    return Math.max(own, together);
  }
}
