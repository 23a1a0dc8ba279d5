package dev.switchboard.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads on a few threads of its own, so that callers do not block. While the engine is known to be
 * away, or if too many wait, a read fails at once. Thread-safe.
 */
final class PresenceReads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PresenceReads.class);
  static final int THREADS = 3;
  private static final int MAX_WAITING = 10_000;

  private final PresenceEngine engine;
  private final BooleanSupplier away;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MAX_WAITING),
          Thread.ofPlatform().daemon().name("switchboard-presence-read-", 0).factory());

  /** Reads from the engine. */
  interface Reading<T> {
    T from(PresenceEngine.Visit visit) throws Exception;
  }

  /**
   * Creates idle threads.
   *
   * @param away whether the engine did not answer others
   */
  PresenceReads(PresenceEngine engine, BooleanSupplier away) {
    this.engine = engine;
    this.away = away;
    threads.allowCoreThreadTimeOut(true);
  }

  <T> CompletionStage<T> read(Reading<T> reading) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(() -> read(reading, result));
    } catch (RejectedExecutionException tooMany) { // or it is closed
      result.completeExceptionally(OwnPresence.unavailable());
    }
    return result;
  }

  private <T> void read(Reading<T> reading, CompletableFuture<T> result) {
    if (away.getAsBoolean()) {
      result.completeExceptionally(OwnPresence.unavailable());
      return;
    }
    T found;
    try (PresenceEngine.Visit visit = engine.visit()) {
      found = reading.from(visit);
    } catch (Exception e) {
      LOG.debug("presence: a read failed", e);
      result.completeExceptionally(OwnPresence.unavailable());
      return;
    }
    result.complete(found);
  }

  /** Refuses what waits and whatever comes. */
  @Override
  public void close() {
    threads.shutdown(); // what waits finds that the engine is away, or is quick
  }
}
