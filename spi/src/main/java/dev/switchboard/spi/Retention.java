package dev.switchboard.spi;

import java.time.Duration;

/**
 * How much of a log is kept. An entry is deleted once it exceeds any of the bounds. Bounds are
 * checked when something is appended, so a log may briefly keep a little more, and a log to which
 * nothing is appended keeps everything it has. The seq of the last entry is never forgotten.
 * Immutable.
 *
 * @param count the number of entries, 0 or more; 0 keeps none
 * @param age the age since the entry's timestamp, positive
 * @param bytes the total size of the entries' data, positive; an entry that exceeds it alone is not
 *     kept
 */
public record Retention(int count, Duration age, long bytes) {
  /** At most 1,000 entries, at most one hour old, and at most 64 MiB in total. */
  public static final Retention DEFAULT = new Retention(1_000, Duration.ofHours(1), 64L << 20);

  /**
   * Validates the bounds.
   *
   * @throws IllegalArgumentException if a bound is out of range
   */
  public Retention {
    if (count < 0) {
      throw new IllegalArgumentException("count: " + count + " (expected: 0 or more)");
    }
    if (age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException("age: " + age + " (expected: positive)");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 1 or more)");
    }
  }

  /** Bounds the log by count and age, with no bound on its size. */
  public Retention(int count, Duration age) {
    this(count, age, Long.MAX_VALUE);
  }

  /** Returns a retention with each bound at least that of {@code least}. */
  public Retention atLeast(Retention least) {
    Duration longer = age.compareTo(least.age) < 0 ? least.age : age;
    return new Retention(Math.max(count, least.count), longer, Math.max(bytes, least.bytes));
  }

  /** Returns the age in milliseconds, at most {@link Long#MAX_VALUE}. */
  public long ageMillis() {
    return age.compareTo(Duration.ofMillis(Long.MAX_VALUE)) < 0 ? age.toMillis() : Long.MAX_VALUE;
  }
}
