package dev.switchboard.cluster;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Says to the other servers that this one lives, by the engine's clock. Confined to one thread;
 * time is an argument, in nanoseconds of the monotonic clock.
 *
 * <p>Each lease has a random id of its own. So what was written under a lease that ran out can be
 * cleared while its server, which was only cut off, writes under a new one.
 *
 * <p>After the engine was away for everybody, all leases may have run out, of servers that are
 * about to come back. So a server clears what the dead have left only after it has reached the
 * engine without a failure for as long as a lease is good.
 */
final class NodeLease {
  private static final int RENEWALS = 3; // per lease: two may be late

  private final Duration length;
  private final long nanos; // the same
  private @Nullable UUID id; // null before the first lease and after a lost one
  private long renewedAt; // when the last renewal began
  private long steadySince; // since when the engine has answered

  NodeLease(Duration length) {
    this.length = length;
    this.nanos = length.toNanos();
  }

  /** Returns the id of the lease; null if there is none. */
  @Nullable UUID id() {
    return id;
  }

  /** Returns whether the lease has run out, as far as can be told without the engine. */
  boolean hasRunOut(long now) {
    return id != null && now - renewedAt >= nanos;
  }

  /**
   * Renews the lease if that is due. Returns false if there is none, or it ran out; {@link #take} a
   * new one then.
   */
  boolean keep(PresenceEngine.Visit visit, long now) throws Exception {
    UUID held = id;
    if (held == null || hasRunOut(now)) {
      return false;
    }
    if (now - renewedAt < nanos / RENEWALS) {
      return true;
    }
    boolean kept = visit.keep(held, length);
    if (kept) {
      renewedAt = now;
    }
    return kept;
  }

  /** Takes a new lease. */
  UUID take(PresenceEngine.Visit visit, long now) throws Exception {
    UUID fresh = UUID.randomUUID();
    visit.take(fresh, length);
    id = fresh;
    renewedAt = now;
    steadySince = now;
    return fresh;
  }

  /** The lease is over. */
  void lost() {
    id = null;
  }

  /** The engine did not answer. */
  void failed(long now) {
    steadySince = now;
  }

  /** Returns whether a lease that has run out means that its server is dead. */
  boolean mayClear(long now) {
    return id != null && now - steadySince >= nanos;
  }
}
