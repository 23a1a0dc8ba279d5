package dev.switchboard.spi;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The clock that a store prunes old entries by. It follows the wall clock, as the timestamps of
 * entries do, but not through implausible jumps: a wall clock that is set years ahead would
 * otherwise delete everything.
 *
 * <p>The monotonic clock says what time to expect. If the wall clock is more than a day ahead of
 * that (30 days after a start, because the server may have been off), this clock continues at the
 * expected time, and follows the wall clock only after it has stayed ahead for a day. A wall clock
 * that is set back is followed at once, because that deletes nothing. Not thread-safe.
 */
public final class PruningTime {
  private static final long STEP_MILLIS = Duration.ofDays(1).toMillis();
  private static final long OFF_MILLIS = Duration.ofDays(30).toMillis();

  private final Consumer<String> warn;
  // The fields below belong to the caller's thread.
  private long believed; // the last accepted time, in ms since 1970; 0 if there is none yet
  private long believedAt; // when it was accepted, by the monotonic clock
  private long
      tolerance; // how far ahead the wall clock may be, in ms: 30 days until first accepted
  private boolean ahead; // whether the wall clock is further ahead than that
  private long aheadSince; // since when, by the monotonic clock

  /**
   * Creates the clock of a store that is being opened.
   *
   * @param last what {@link #of} last returned before the store was closed; 0 if that is not known
   * @param nanos the current {@link System#nanoTime}
   * @param warn called once for each implausible jump, with a message for the log
   */
  public PruningTime(long last, long nanos, Consumer<String> warn) {
    this.believed = last;
    this.believedAt = nanos;
    this.warn = warn;
    this.tolerance = OFF_MILLIS;
  }

  /**
   * Returns the time to prune by, in milliseconds since 1970.
   *
   * @param wall the wall clock, in milliseconds since 1970
   * @param nanos the current {@link System#nanoTime}
   */
  public long of(long wall, long nanos) {
    if (believed == 0) {
      return follow(wall, nanos);
    }
    long expected = believed + TimeUnit.NANOSECONDS.toMillis(nanos - believedAt);
    if (wall - expected <= tolerance) {
      return follow(wall, nanos);
    }
    if (!ahead) {
      ahead = true;
      aheadSince = nanos;
      warn.accept(
          "the wall clock is "
              + Duration.ofMillis(wall - expected).toDays()
              + " days ahead of the expected time: entries that only look old because of this are"
              + " kept unless it stays ahead for a day. Check the clock");
    } else if (TimeUnit.NANOSECONDS.toMillis(nanos - aheadSince) >= STEP_MILLIS) {
      return follow(wall, nanos);
    }
    return expected;
  }

  private long follow(long wall, long nanos) {
    believed = wall;
    believedAt = nanos;
    tolerance = STEP_MILLIS;
    ahead = false;
    return wall;
  }
}
