package dev.switchboard.spi;

import java.time.Duration;

/**
 * How much of a log is kept: an entry goes when any bound is passed. Bounds are checked when
 * something is appended, so a little more may be kept. The last entry's seq is never forgotten.
 * Immutable.
 *
 * @param count entries, 0 or more; 0 keeps none
 * @param age since the entry's timestamp, positive
 */
public record Retention(int count, Duration age) {
  /** 1,000 entries of at most one hour. */
  public static final Retention DEFAULT = new Retention(1_000, Duration.ofHours(1));

  /** Refuses bounds that make no sense. */
  public Retention {
    if (count < 0) {
      throw new IllegalArgumentException("count: " + count + " (expected: 0 or more)");
    }
    if (age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException("age: " + age + " (expected: positive)");
    }
  }
}
