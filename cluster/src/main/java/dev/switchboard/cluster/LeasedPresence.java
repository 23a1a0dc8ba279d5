package dev.switchboard.cluster;

import dev.switchboard.history.sql.Reason;
import dev.switchboard.spi.LastSeen;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is where, over all servers of an engine. Thread-safe.
 *
 * <p>One thread writes: it stores when users were last seen, carries out what {@link OwnPresence}
 * has collected since its last call, renews the lease, and clears, step by step, what the dead have
 * left. The engine notifies all servers of each change, this one too, in order; {@link
 * WatchedPlaces} tells the watcher on the listener's thread. A place is read before this server's
 * first user is put into it. If notifications were missed, all places of this server's users are
 * read again, and the differences are told.
 *
 * <p>If a server can't renew its lease in time, the others clear its users. It finds out as soon as
 * it reaches the engine, and puts its users in again under a new lease. Until all servers have had
 * the time to do so, nobody is told that a user left only because the user is not there.
 */
public final class LeasedPresence implements PresenceStore {
  private static final Logger LOG = LoggerFactory.getLogger(LeasedPresence.class);

  /** With what the steps below take, a dead server's users are gone within 15 seconds. */
  public static final Duration LEASE = Duration.ofSeconds(12);

  /** How many visits there are at most at the same time: one writes, the others read. */
  public static final int MAX_VISITS = 1 + PresenceReads.THREADS;

  private static final int TICKS = 12; // per lease
  private static final int SWEEP_TICKS = 10;
  private static final int LOADED_PLACES = 200; // in one step
  private static final int FIRST_PAUSE_MILLIS = 100;
  private static final int LONGEST_PAUSE_MILLIS = 2_000;
  private static final long CLOSE_NANOS = Duration.ofSeconds(5).toNanos();

  private final PresenceEngine engine;
  private final OwnPresence own = new OwnPresence();
  private final PresenceReads reads;
  private final WaitingLastSeen lastSeen;
  private final WatchedPlaces places = new WatchedPlaces(own);
  private final NodeLease lease;
  private final long leaseNanos;
  private final Semaphore work = new Semaphore(0); // a permit if there may be something to do
  private final Thread writer =
      Thread.ofPlatform().daemon().name("switchboard-presence").unstarted(this::run);
  private volatile boolean closed; // set by close()

  // Confined to the writer.
  private long tickAt = System.nanoTime(); // when the next tick is due
  private int ticks; // since the last sweep
  private boolean settling; // after a lost lease
  private long settledAt; // when that is over

  /**
   * Creates the store of one server. It starts with {@link #watch}. Before that, the engine's
   * notifications must lead to {@link #notified}.
   *
   * @param length how long a server is taken to live after it was last heard of
   */
  public LeasedPresence(PresenceEngine engine, Duration length) {
    this.engine = engine;
    this.lease = new NodeLease(length);
    this.leaseNanos = length.toNanos();
    this.reads = new PresenceReads(engine, own::isAway);
    this.lastSeen = new WaitingLastSeen(reads, this::wake);
  }

  /** Receives a notification. */
  public void notified(String payload) {
    places.handle(payload);
  }

  /** Notifications may have been missed, and arrive again. */
  public void missed() {
    places.missed();
    wake();
  }

  @Override
  public void watch(Watcher watcher) {
    places.watch(watcher);
    writer.start();
  }

  @Override
  public CompletionStage<Void> enter(LogKey where, String user) {
    return woken(own.enter(where, user));
  }

  @Override
  public CompletionStage<Void> leave(LogKey where, String user) {
    return woken(own.leave(where, user));
  }

  /** Returns when users were last seen. What it is told is written as long as this is open. */
  public LastSeen lastSeen() {
    return lastSeen;
  }

  private CompletionStage<Void> woken(CompletionStage<Void> stage) {
    wake();
    return stage;
  }

  @Override
  public CompletionStage<Users> first(LogKey where, int limit) {
    return reads.read(visit -> visit.first(where, limit));
  }

  @Override
  public CompletionStage<Users> after(LogKey where, String name, int limit) {
    return reads.read(visit -> visit.after(where, name, limit));
  }

  @Override
  public CompletionStage<Boolean> has(LogKey where, String user) {
    return reads.read(visit -> visit.has(where, user));
  }

  /** Returns the number of places that are watched, for tests. */
  public int watched() {
    return places.size();
  }

  private void wake() {
    if (work.availablePermits() == 0) {
      work.release();
    }
  }

  private void run() {
    int failures = 0;
    while (!closed) {
      try (PresenceEngine.Visit visit = engine.visit()) {
        boolean more = true;
        while (more && !closed) {
          more = step(visit, System.nanoTime());
          answered();
          failures = 0;
        }
      } catch (Throwable failure) { // whatever it was, it is tried again
        failed(failure);
        failures++;
      }
      rest(failures);
    }
  }

  private void answered() {
    if (own.answered()) {
      LOG.warn("presence: the store answers again");
    }
  }

  private void failed(Throwable failure) {
    long now = System.nanoTime();
    lease.failed(now);
    if (own.failed() && !closed) {
      LOG.warn("presence: the store does not answer: {}", Reason.of(failure));
      LOG.debug("presence: the store does not answer", failure);
    }
    if (lease.hasRunOut(now)) {
      lost();
    }
  }

  /** Waits until there may be something to do; after a failure, for a random while. */
  private void rest(int failures) {
    try {
      if (failures == 0) {
        long nanos = Math.min(Math.max(tickAt - System.nanoTime(), 0), leaseNanos / TICKS);
        boolean unused = work.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        int unusedToo = work.drainPermits();
      } else if (!closed) {
        int pause = Math.min(FIRST_PAUSE_MILLIS << Math.min(failures, 10), LONGEST_PAUSE_MILLIS);
        Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextInt(pause)); // not all at once
      }
    } catch (InterruptedException stopped) {
      // by close()
    }
  }

  /** Does some of what there is to do. Returns whether there may be more. */
  private boolean step(PresenceEngine.Visit visit, long now) throws Exception {
    UUID node = lease(visit, now);
    boolean more = tick(visit, now);
    more |= lastSeen.write(visit, now);
    List<OwnPresence.Change> batch = own.take(PresenceEngine.MAX_CHANGES);
    if (!batch.isEmpty()) {
      List<LogKey> used =
          batch.stream()
              .filter(OwnPresence.Change::enter)
              .map(change -> change.key().where())
              .toList();
      if (!load(visit, node, places.begin(used)) || !visit.change(node, batch)) {
        lost();
        return true;
      }
      own.done();
    }
    List<LogKey> stale = places.stale(LOADED_PLACES);
    if (!load(visit, node, stale)) {
      lost();
      return true;
    }
    return more || !stale.isEmpty() || own.isWaiting();
  }

  private UUID lease(PresenceEngine.Visit visit, long now) throws Exception {
    UUID held = lease.id();
    if (held != null && lease.keep(visit, now)) {
      return held;
    }
    if (held != null) {
      lost();
    }
    UUID node = lease.take(visit, now);
    places.renewed(node, settling);
    own.renewed();
    if (settling) {
      LOG.warn("presence: the lease was lost, and the users of this server are entered again");
      settledAt = now + leaseNanos;
    }
    return node;
  }

  private void lost() {
    lease.lost();
    own.lost();
    settling = true;
  }

  private boolean tick(PresenceEngine.Visit visit, long now) throws Exception {
    if (settling && now - settledAt >= 0) {
      settling = false;
      places.settled();
    }
    if (now - tickAt < 0) {
      return false;
    }
    if (lease.mayClear(now) && visit.clear(null)) {
      return true; // and the tick stays due
    }
    tickAt = now + leaseNanos / TICKS;
    if (++ticks >= SWEEP_TICKS) {
      ticks = 0;
      places.sweep();
    }
    return false;
  }

  private boolean load(PresenceEngine.Visit visit, UUID node, List<LogKey> where) throws Exception {
    if (where.isEmpty()) {
      return true;
    }
    Optional<Map<LogKey, WatchedPlace.Snapshot>> found = visit.load(node, where);
    found.ifPresent(places::loaded);
    return found.isPresent();
  }

  /**
   * Takes this server's users out of all places. If the engine does not answer within 5 seconds,
   * the other servers do that.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    wake();
    try {
      writer.join(CLOSE_NANOS / 1_000_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    reads.close();
    release(lease.id());
    boolean unused = own.failed(); // whoever still waits
  }

  private void release(@Nullable UUID node) {
    if (writer.isAlive() || own.isAway()) {
      return;
    }
    long until = System.nanoTime() + CLOSE_NANOS;
    try (PresenceEngine.Visit visit = engine.visit()) {
      while (System.nanoTime() - until < 0
          && (lastSeen.write(visit, System.nanoTime()) || (node != null && visit.clear(node)))) {
        // a bounded number of users each time
      }
    } catch (Exception e) {
      LOG.debug("presence: what this server holds stays until its lease runs out", e);
    }
  }
}
