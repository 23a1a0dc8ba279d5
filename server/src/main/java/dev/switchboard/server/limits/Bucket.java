package dev.switchboard.server.limits;

/**
 * A token bucket. It starts full and refills evenly, as its {@link Rate} says. Not thread-safe;
 * time is an argument, in milliseconds.
 */
final class Bucket {
  /** A part of a millisecond that may be missing, or sums of fractions would make others wait. */
  private static final double ROUNDING = 1e-6;

  private final double capacity;
  private final double perMilli;
  private double tokens; // left at that time; negative after a cost that exceeded what was left
  private long at; // when the tokens were last counted

  /** Creates a full bucket. */
  Bucket(Rate rate, long now) {
    this.capacity = rate.tokens();
    this.perMilli = rate.perMilli();
    this.tokens = capacity;
    this.at = now;
  }

  /**
   * Takes tokens if there are enough. A cost that exceeds the capacity is allowed if the bucket is
   * full, which then takes longer to refill.
   *
   * @return 0 if they were taken; otherwise the milliseconds until they could be
   */
  long take(double cost, long now) {
    long wait = waitFor(cost, now);
    if (wait == 0) {
      tokens -= cost;
    }
    return wait;
  }

  /** Returns the milliseconds until that many tokens could be taken; 0 if they could be now. */
  long waitFor(double cost, long now) {
    refill(now);
    double missing = Math.min(cost, capacity) - tokens;
    return missing <= 0 ? 0 : Math.max(0, (long) Math.ceil(missing / perMilli - ROUNDING));
  }

  /** Takes tokens that may be missing. Whoever comes next waits until they are made up for. */
  void charge(double cost) {
    tokens -= cost;
  }

  /** Whether nothing is missing, so that a new bucket would be the same. */
  boolean full(long now) {
    refill(now);
    return tokens >= capacity;
  }

  private void refill(long now) {
    tokens = Math.min(capacity, tokens + (now - at) * perMilli);
    at = now;
  }
}
