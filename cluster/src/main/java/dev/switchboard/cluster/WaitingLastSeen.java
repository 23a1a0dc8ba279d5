package dev.switchboard.cluster;

import dev.switchboard.spi.LastSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;

/**
 * When users were last seen. {@link LeasedPresence} writes what waits here, on its thread, before
 * it tells anybody that a user left. Who has been away longest is forgotten if there are more than
 * a million. Thread-safe.
 */
final class WaitingLastSeen implements LastSeen {
  private static final int MAX_BATCH = 1_000;
  private static final int MAX_WAITING = 100_000;
  private static final int MAX_KEPT = 1_000_000;
  private static final long PRUNE_NANOS = Duration.ofMinutes(10).toNanos();

  private final PresenceReads reads;
  private final Runnable wake; // tells the writer that there is something to write
  private final SequencedMap<PresenceEngine.Seen, Long> waiting =
      new LinkedHashMap<>(); // by itself

  private long prunedAt = System.nanoTime(); // when it was last done; confined to the writer

  WaitingLastSeen(PresenceReads reads, Runnable wake) {
    this.reads = reads;
    this.wake = wake;
  }

  @Override
  public void put(String space, String user, Instant time) {
    synchronized (waiting) {
      waiting.merge(new PresenceEngine.Seen(space, user), time.toEpochMilli(), Math::max);
      if (waiting.size() > MAX_WAITING) {
        waiting.pollFirstEntry();
      }
    }
    wake.run();
  }

  @Override
  public CompletionStage<Optional<Instant>> get(String space, String user) {
    PresenceEngine.Seen key = new PresenceEngine.Seen(space, user);
    OptionalLong unwritten;
    synchronized (waiting) {
      Long time = waiting.get(key);
      unwritten = time == null ? OptionalLong.empty() : OptionalLong.of(time);
    }
    return reads.read(visit ->
        LongStream.concat(unwritten.stream(), visit.lastSeen(key).stream())
            .boxed()
            .max(Comparator.naturalOrder())
            .map(Instant::ofEpochMilli));
  }

  /** Writes some of what waits. Returns whether there may be more. */
  boolean write(PresenceEngine.Visit visit, long now) throws Exception {
    Map<PresenceEngine.Seen, Long> batch = new HashMap<>();
    boolean more;
    synchronized (waiting) {
      waiting.entrySet().stream()
          .limit(MAX_BATCH)
          .forEach(one -> batch.put(one.getKey(), one.getValue()));
      more = waiting.size() > batch.size();
    }
    if (!batch.isEmpty()) {
      visit.seen(batch);
      synchronized (waiting) {
        batch.forEach(waiting::remove); // unless there is a later time
      }
    }
    if (now - prunedAt >= PRUNE_NANOS) {
      prunedAt = now;
      visit.forgetSeen(MAX_KEPT);
    }
    return more;
  }

  /** Does nothing: the writer writes what waits when it closes. */
  @Override
  public void close() {}
}
