package dev.switchboard.server.broker;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.broker.CommitQueue.Job;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker of a single server: commits to a store, and delivers within this process.
 *
 * <p>Its purpose is a single order per log. With an immediate store, commit and delivery happen
 * together under one lock, on the publisher's thread. With a store that blocks, one thread takes
 * everything that waits, commits it as a single transaction (so all concurrent publishers share the
 * cost of the disk), and only then delivers and answers, in the same order. The same thread handles
 * subscriptions, so a subscription's starting position is exact. Thread-safe.
 */
public final class StoreBroker implements Broker {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBroker.class);
  private static final long LEAST_CLOSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** With more readers than SQLite has connections, they would only wait for each other. */
  private static final int READERS = 4;

  private static final int MAX_READS = 100_000;

  private final Failures unread = new Failures(LOG, "reading history");
  private final HistoryStore store;
  private final GivenIds ids = new GivenIds();
  private final Subscriptions subscriptions = new Subscriptions();
  private final CommitQueue queue;
  private final CommitHealth health;
  private final Committer committer;
  private final Executor readers;
  private final Object order = new Object();

  /** Creates a broker, which closes the store when it is closed. */
  public StoreBroker(HistoryStore store) {
    this(store, CommitQueue.DEFAULT_MAX_BYTES, Time.system().elapsed());
  }

  /**
   * Creates a broker, which closes the store when it is closed.
   *
   * @param maxBytes the most bytes of publications that wait for the store
   * @param elapsed milliseconds since some moment, for {@link #health}
   */
  public StoreBroker(HistoryStore store, long maxBytes, LongSupplier elapsed) {
    this(store, readers(), maxBytes, elapsed);
    if (!store.immediate()) {
      committer.start();
    }
  }

  /**
   * Returns platform threads, because SQLite's native code would pin the carriers of virtual ones.
   */
  private static Executor readers() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            READERS,
            READERS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_READS),
            Thread.ofPlatform().daemon().name("switchboard-read-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Creates a broker without a thread; the caller commits with {@link #commitWaiting}.
   *
   * @param readers runs the reads of the store
   */
  public StoreBroker(HistoryStore store, Executor readers) {
    this(store, readers, CommitQueue.DEFAULT_MAX_BYTES, Time.system().elapsed());
  }

  /** Creates a broker without a thread, with the given limit and clock. */
  public StoreBroker(HistoryStore store, Executor readers, long maxBytes, LongSupplier elapsed) {
    this.store = store;
    this.readers = readers;
    this.queue = new CommitQueue(maxBytes);
    this.health = new CommitHealth(elapsed);
    this.committer = new Committer(store, queue, subscriptions, health, elapsed);
  }

  @Override
  public CompletionStage<List<Committed>> publish(List<Publication> publications) {
    if (queue.closed()) {
      return CompletableFuture.failedFuture(CommitQueue.unavailable(CommitQueue.CLOSING));
    }
    if (publications.stream().allMatch(Publication::fleeting)) {
      publications.forEach(subscriptions::fleeting);
      return CompletableFuture.completedFuture(
          publications.stream()
              .map(publication -> new Committed(new Position("", 0), false))
              .toList());
    }
    if (store.immediate()) {
      return publishNow(publications);
    }
    CompletableFuture<List<Committed>> result = new CompletableFuture<>();
    queue.add(new Job.Publish(publications, ids.named(publications), result));
    return result;
  }

  private CompletionStage<List<Committed>> publishNow(List<Publication> publications) {
    synchronized (order) {
      try {
        List<Committed> committed = store.append(publications);
        subscriptions.committed(publications, committed);
        return CompletableFuture.completedFuture(committed);
      } catch (Throwable failure) { // whatever was thrown is the publisher's answer
        health.fatal(failure);
        return CompletableFuture.failedFuture(Committer.refusal(failure));
      }
    }
  }

  @Override
  public CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber) {
    Following following = new Following(log, subscriber);
    if (store.immediate()) {
      synchronized (order) {
        store.retain(log);
        Position head = store.head(log);
        following.begin(head);
        subscriptions.put(log, following);
        return CompletableFuture.completedFuture(head);
      }
    }
    subscriptions.put(log, following);
    store.retain(log);
    CompletableFuture<Position> result = new CompletableFuture<>();
    queue.add(new Job.Subscribe(log, following, result));
    return result;
  }

  @Override
  public void unsubscribe(LogKey log) {
    subscriptions.remove(log);
    store.release(log);
  }

  @Override
  public CompletionStage<Page> after(LogKey log, long seq, int limit, long bytes) {
    return read(() -> store.after(log, seq, limit, bytes));
  }

  @Override
  public CompletionStage<Page> before(LogKey log, long seq, int limit, long bytes) {
    return read(() -> store.before(log, seq, limit, bytes));
  }

  private CompletionStage<Page> read(Supplier<Page> read) {
    try {
      return store.immediate()
          ? CompletableFuture.completedFuture(readNow(read))
          : CompletableFuture.supplyAsync(
              () -> readNow(() -> GivenIds.hidden(read.get())), readers);
    } catch (RefusedException failed) {
      return CompletableFuture.failedFuture(failed);
    } catch (RejectedExecutionException full) {
      return CompletableFuture.failedFuture(
          CommitQueue.unavailable(
              queue.closed() ? CommitQueue.CLOSING : "too much waits to be read"));
    }
  }

  private Page readNow(Supplier<Page> read) {
    try {
      return read.get();
    } catch (RuntimeException failed) {
      unread.failed(failed, System.nanoTime());
      throw CommitQueue.unavailable(Committer.NO_ANSWER);
    }
  }

  /**
   * Commits everything that waits, as a single transaction. If nothing waits, finds out what became
   * of failed commits. Only for a broker without a thread.
   */
  public void commitWaiting() {
    committer.step();
  }

  @Override
  public Health health() {
    if (!committer.alive() && !queue.closed()) {
      return new Health(false, false, "the commit thread has ended");
    }
    return health.health();
  }

  @Override
  public void close(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    synchronized (order) { // after a commit that is running
      queue.close();
    }
    committer.stop(deadline);
    if (readers instanceof ExecutorService reading) {
      close("reads", reading::close, deadline);
    }
    close("the history store", store::close, deadline);
  }

  /** Closes a component on a thread of its own, because its duration can't be limited. */
  private static void close(String part, Runnable closing, long deadline) {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("switchboard-close")
        .start(() -> {
          try {
            closing.run();
            closed.complete(null);
          } catch (Throwable failure) { // passed to the caller
            closed.completeExceptionally(failure);
          }
        });
    try {
      long left = Math.max(deadline - System.nanoTime(), LEAST_CLOSE_NANOS);
      closed.get(left, TimeUnit.NANOSECONDS);
    } catch (TimeoutException hangs) {
      LOG.warn("{}: not closed in time; left to end by itself", part);
    } catch (ExecutionException failed) {
      LOG.warn("{}: closing failed", part, failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
