package dev.switchboard.server.broker;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.broker.CommitQueue.Job;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Bus;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker of a server: commits to a store, and delivers within this process. If the store is
 * shared, it tells other servers over a bus, and delivers what they have appended ({@link
 * ClusterLink}). Without a bus nothing of that exists.
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

  /** Readers that are live wait for these, so they are not those that clients' pages wait for. */
  private static final int FETCHERS = 2;

  private static final int MAX_READS = 100_000;

  private final Failures unread = new Failures(LOG, "reading history");
  private final HistoryStore store;
  private final GivenIds ids = new GivenIds();
  private final Subscriptions subscriptions = new Subscriptions();
  private final CommitQueue queue;
  private final CommitHealth health;
  private final Committer committer;
  private final Executor readers;
  private final Executor fetchers; // the readers if there are no other servers
  private final @Nullable Bus bus; // null if there are no other servers, as are link and heads
  private final @Nullable ClusterLink link;
  private final @Nullable HeadCheck heads;
  private final Object order = new Object();

  /** Creates a broker, which closes the store when it is closed. */
  public StoreBroker(HistoryStore store) {
    this(store, null, CommitQueue.DEFAULT_MAX_BYTES, Time.system().elapsed());
  }

  /**
   * Creates a broker, which closes the store and the bus when it is closed.
   *
   * @param bus connects the servers that share the store; null if this is the only one. It must not
   *     have started
   * @param maxBytes the most bytes of publications that wait for the store
   * @param elapsed milliseconds since some moment, for {@link #health}
   */
  public StoreBroker(HistoryStore store, @Nullable Bus bus, long maxBytes, LongSupplier elapsed) {
    this(store, bus, threads(READERS, "switchboard-read-"), fetchers(bus), maxBytes, elapsed);
    if (!store.immediate()) {
      committer.start();
    }
    if (heads != null) {
      heads.start();
    }
  }

  /**
   * Returns platform threads, because SQLite's native code would pin the carriers of virtual ones.
   */
  private static Executor threads(int count, String name) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count,
            count,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_READS),
            Thread.ofPlatform().daemon().name(name, 0).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private static @Nullable Executor fetchers(@Nullable Bus bus) {
    return bus == null ? null : threads(FETCHERS, "switchboard-fetch-");
  }

  /**
   * Creates a broker without a thread; the caller commits with {@link #commitWaiting}.
   *
   * @param readers runs the reads of the store
   */
  public StoreBroker(HistoryStore store, Executor readers) {
    this(store, null, readers, CommitQueue.DEFAULT_MAX_BYTES, Time.system().elapsed());
  }

  /** Creates a broker without a thread, with the given bus, limit and clock. */
  public StoreBroker(
      HistoryStore store,
      @Nullable Bus bus,
      Executor readers,
      long maxBytes,
      LongSupplier elapsed) {
    this(store, bus, readers, null, maxBytes, elapsed);
  }

  private StoreBroker(
      HistoryStore store,
      @Nullable Bus bus,
      Executor readers,
      @Nullable Executor fetchers,
      long maxBytes,
      LongSupplier elapsed) {
    this.store = store;
    this.bus = bus;
    this.readers = readers;
    this.fetchers = fetchers == null ? readers : fetchers;
    this.queue = new CommitQueue(maxBytes);
    this.health = new CommitHealth(elapsed);
    if (bus == null) {
      this.heads = null;
      this.link = null;
    } else {
      this.heads = new HeadCheck(store, subscriptions, LOG);
      this.link = new ClusterLink(bus, store, subscriptions, this.fetchers, heads, LOG);
    }
    this.committer = new Committer(store, queue, subscriptions, health, elapsed, link);
  }

  @Override
  public CompletionStage<List<Committed>> publish(List<Publication> publications) {
    if (queue.closed()) {
      return CompletableFuture.failedFuture(CommitQueue.unavailable(CommitQueue.CLOSING));
    }
    if (publications.stream().allMatch(Publication::fleeting)) {
      publications.forEach(this::fleeting);
      return CompletableFuture.completedFuture(
          publications.stream()
              .map(publication -> new Committed(new Position("", 0), false))
              .toList());
    }
    List<Publication> kept = link == null ? publications : ClusterLink.kept(publications);
    if (store.immediate()) {
      return publishNow(kept);
    }
    CompletableFuture<List<Committed>> result = new CompletableFuture<>();
    queue.add(new Job.Publish(kept, ids.named(kept), result));
    return result;
  }

  private void fleeting(Publication publication) {
    subscriptions.fleeting(publication);
    if (link != null) {
      link.fleeting(publication);
    }
  }

  private CompletionStage<List<Committed>> publishNow(List<Publication> publications) {
    synchronized (order) {
      try {
        List<Committed> committed = store.append(publications);
        subscriptions.committed(publications, committed);
        if (link != null) {
          link.committed(publications, committed);
        }
        return CompletableFuture.completedFuture(committed);
      } catch (Throwable failure) { // whatever was thrown is the publisher's answer
        health.fatal(failure);
        return CompletableFuture.failedFuture(Committer.refusal(failure));
      }
    }
  }

  @Override
  public CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber) {
    Following following = new Following(log, subscriber, link);
    if (store.immediate()) {
      synchronized (order) {
        store.retain(log);
        subscriptions.put(log, following); // so that it hears of others' entries from here on
        Position head = store.head(log);
        following.begin(head);
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
    if (heads != null) {
      heads.step();
    }
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
    if (heads != null) {
      heads.close();
    }
    if (bus != null) {
      close("the bus", bus::close, deadline);
    }
    for (Executor threads : List.of(readers, fetchers)) {
      if (threads instanceof ExecutorService reading) {
        close("reads", reading::close, deadline);
      }
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
