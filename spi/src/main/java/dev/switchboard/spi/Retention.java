package dev.switchboard.spi;

import java.time.Duration;

/**
 * How much of a log is kept: an entry goes when any bound is passed. Bounds are checked when
 * something is appended, so a little more may be kept, and a log to which nothing is appended keeps
 * what it has. The last entry's seq is never forgotten. Immutable.
 *
 * @param count entries, 0 or more; 0 keeps none
 * @param age since the entry's timestamp, positive
 * @param bytes of the entries' data, positive; an entry that is larger by itself is not kept
 */
public record Retention(int count, Duration age, long bytes) {
  /** 1,000 entries of at most one hour and 64 MiB together. */
  public static final Retention DEFAULT = new Retention(1_000, Duration.ofHours(1), 64L << 20);

  /** Refuses bounds that make no sense. */
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

  /** Bounds by count and age, however large the entries are. */
  public Retention(int count, Duration age) {
    this(count, age, Long.MAX_VALUE);
  }

  /** The age in milliseconds, at most {@link Long#MAX_VALUE}. */
  public long ageMillis() {
    return age.compareTo(Duration.ofMillis(Long.MAX_VALUE)) < 0 ? age.toMillis() : Long.MAX_VALUE;
  }
}
