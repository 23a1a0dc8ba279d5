package dev.switchboard.spi;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The time by which a store lets go of what is too old. It is the wall clock's, as timestamps of
 * entries show it, but for absurd jumps: a wall clock set years ahead would delete all that is
 * kept. When the wall clock is more than a day ahead of what the monotonic clock lets expect (30
 * days after a start, as a server may have been off), the time goes on as expected until the wall
 * clock has stayed ahead for a day, and then follows it. A wall clock that is set back is followed
 * at once: it deletes nothing. Not thread-safe.
 */
public final class PruningTime {
  private static final long STEP_MILLIS = Duration.ofDays(1).toMillis();
  private static final long OFF_MILLIS = Duration.ofDays(30).toMillis();

  private final Consumer<String> warn;
  private long believed; // milliseconds since 1970; 0 while nothing is known
  private long believedAt; // of the monotonic clock
  private long tolerance;
  private boolean ahead;
  private long aheadSince; // of the monotonic clock

  /**
   * A store that begins.
   *
   * @param last what {@link #of} returned last in an earlier life of the store; 0 if that is not
   *     known
   * @param warn told once of each jump
   */
  public PruningTime(long last, long nanos, Consumer<String> warn) {
    this.believed = last;
    this.believedAt = nanos;
    this.warn = warn;
    this.tolerance = OFF_MILLIS;
  }

  /**
   * The time to prune by.
   *
   * @param wall milliseconds since 1970
   * @param nanos the monotonic clock's, {@link System#nanoTime}
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
              + " days ahead of what was expected: nothing is deleted for its age by it unless it"
              + " stays so for a day");
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
