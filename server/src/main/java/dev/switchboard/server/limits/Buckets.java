package dev.switchboard.server.limits;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket for each of many users or addresses. Bounded: a bucket that is full again is
 * forgotten, and so is the one that was unused longest when there are more than 100,000. A
 * forgotten key starts with a full bucket. Thread-safe; time is an argument, in milliseconds.
 */
public final class Buckets {
  private static final int MOST = 100_000;

  private final @Nullable Rate rate; // null for no limit
  private final int most;

  /** The buckets, the one unused longest first; guarded by this. */
  private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Creates buckets that are all full.
   *
   * @param rate null for no limit
   */
  public Buckets(@Nullable Rate rate) {
    this(rate, MOST);
  }

  Buckets(@Nullable Rate rate, int most) {
    this.rate = rate;
    this.most = most;
  }

  /**
   * Takes tokens if the key's bucket has enough, or if it is full.
   *
   * @return 0 if they were taken; otherwise the milliseconds until they could be
   */
  public synchronized long take(String key, double cost, long now) {
    return rate == null ? 0 : bucket(key, rate, now).take(cost, now);
  }

  /** Takes tokens that may be missing. */
  public synchronized void charge(String key, double cost, long now) {
    if (rate != null) {
      bucket(key, rate, now).charge(cost);
    }
  }

  /** Returns the milliseconds until one token could be taken; 0 if it could be now. */
  public synchronized long waitFor(String key, long now) {
    Bucket bucket = buckets.get(key);
    return bucket == null ? 0 : bucket.waitFor(1, now);
  }

  private Bucket bucket(String key, Rate each, long now) {
    Bucket bucket = buckets.computeIfAbsent(key, absent -> new Bucket(each, now));
    Iterator<Bucket> oldest = buckets.values().iterator();
    for (Bucket old = oldest.next();
        old != bucket && (buckets.size() > most || old.full(now));
        old = oldest.next()) {
      oldest.remove();
    }
    return bucket;
  }

  /** Returns the number of buckets that are not known to be full. */
  synchronized int size() {
    return buckets.size();
  }
}
