package dev.switchboard.server.limits;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits how many bytes each user may store per time: one token bucket per user, which fills evenly
 * and is shared by the user's connections, present and later. Only the users who published last are
 * remembered; a forgotten user starts with a full bucket. Thread-safe; time is an argument.
 */
public final class UserBytes {
  /** What an entry costs besides its data: its names and its place in the indexes. */
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
    private double left; // the bytes left at that time; guarded by the outer this
    private long at; // when they were last counted; guarded by the outer this

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
   * Charges a user for a message. A message that costs more than a bucket holds is allowed if the
   * bucket is full, which then takes longer to fill again.
   *
   * @throws RefusedException {@code rate_limited} if too few bytes are left
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
