package dev.switchboard.server.limits;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.Map;

/**
 * Limits how many bytes each user may store per time: one token bucket per user, which is shared by
 * the user's connections, present and later. Thread-safe; time is an argument.
 */
public final class UserBytes {
  /** What an entry costs besides its data: its names and its place in the indexes. */
  static final int ENTRY = 256;

  private final Buckets buckets;

  public UserBytes(long bytes, Duration per) {
    this.buckets = new Buckets(Rate.of("bytesPerUser", bytes, per));
  }

  /**
   * Charges a user for a message. A message that costs more than a bucket holds is allowed if the
   * bucket is full, which then takes longer to fill again.
   *
   * @throws RefusedException {@code rate_limited} if too few bytes are left
   */
  public void take(String user, int logs, int data, long now) {
    long wait = buckets.take(user, (double) logs * (data + ENTRY), now);
    if (wait > 0) {
      throw new RefusedException(
          ErrorCode.RATE_LIMITED, "you have published too much", true, Map.of("retryAfter", wait));
    }
  }
}
