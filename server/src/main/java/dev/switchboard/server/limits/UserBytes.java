package dev.switchboard.server.limits;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many bytes each user may have kept in a time: for each a bucket that holds so many and fills
 * evenly, over all connections and from one to the next. It knows the users who published last; one
 * whom it has forgotten begins with a full bucket. Thread-safe; time is an argument.
 */
public final class UserBytes {
  /** What an entry takes besides its data: its names, its place in the indexes. */
  static final int ENTRY = 256;

  private static final int KNOWN_USERS = 100_000;

  private final long bytes;
  private final double perMilli;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > KNOWN_USERS;
        }
      };

  private static final class Bucket {
    private double left;
    private long at;

    private Bucket(double left, long at) {
      this.left = left;
      this.at = at;
    }
  }

  public UserBytes(long bytes, Duration per) {
    if (bytes < 1 || per.isNegative() || per.isZero()) {
      throw new IllegalArgumentException(
          "bytesPerUser: " + bytes + " per " + per + " (expected: at least 1 per positive time)");
    }
    this.bytes = bytes;
    this.perMilli = (double) bytes / Math.max(1, per.toMillis());
  }

  /**
   * Takes what a message costs. One that costs more than a bucket holds is let through by a full
   * one, which then takes the longer to fill.
   *
   * @throws RefusedException {@code rate_limited} if not so much is left
   */
  public synchronized void take(String user, int logs, int data, long now) {
    double cost = (double) logs * (data + ENTRY);
    Bucket bucket = buckets.computeIfAbsent(user, name -> new Bucket(bytes, now));
    bucket.left = Math.min((double) bytes, bucket.left + (now - bucket.at) * perMilli);
    bucket.at = now;
    double missing = Math.min(cost, (double) bytes) - bucket.left;
    if (missing > 0) {
      throw new RefusedException(
          ErrorCode.RATE_LIMITED,
          "you have published too much",
          true,
          Map.of("retryAfter", (long) Math.ceil(missing / perMilli)));
    }
    bucket.left -= cost;
  }
}
