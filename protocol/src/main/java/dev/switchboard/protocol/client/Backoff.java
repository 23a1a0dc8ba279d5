package dev.switchboard.protocol.client;

/**
 * How long a client waits before each attempt to come back. Immutable.
 *
 * @param first before the first attempt, in milliseconds; doubled for each further one if not fixed
 * @param cap at most so many milliseconds
 * @param exponential whether the delay grows and is drawn at random between 0 and its bound
 * @param maxAttempts attempts in a row before giving up; 0 means never to come back
 * @param fromStart whether it also goes on trying when it was never there
 */
public record Backoff(
    long first, long cap, boolean exponential, int maxAttempts, boolean fromStart) {
  /** The longest that a server can have a client wait, in milliseconds. */
  static final long MAX_ASKED = 300_000;

  /** Before something is asked again that the server refused for the moment. */
  static final Backoff REPEATS = new Backoff(1_000, 30_000, true, Integer.MAX_VALUE);

  /** One that leaves a first failure to the user. */
  public Backoff(long first, long cap, boolean exponential, int maxAttempts) {
    this(first, cap, exponential, maxAttempts, false);
  }

  /**
   * The delay before an attempt, in milliseconds.
   *
   * @param attempt from 1
   * @param draw from 0 to 1
   */
  long delay(int attempt, double draw) {
    if (!exponential) {
      return Math.min(first, cap);
    }
    long bound = attempt > 31 ? cap : Math.min(cap, first << (attempt - 1));
    return Math.round(draw * (bound < 0 ? cap : bound));
  }

  /**
   * The same if the server asks to wait: its time comes first, and the own delay on top of it, so
   * that those whom it asked together do not come together.
   *
   * @param asked in milliseconds; 0 or less if it did not ask
   */
  long delay(int attempt, double draw, long asked) {
    long own = delay(attempt, draw);
    long together = Math.min(MAX_ASKED, Math.min(MAX_ASKED, Math.max(0, asked)) + own);
    return Math.max(own, together);
  }
}
