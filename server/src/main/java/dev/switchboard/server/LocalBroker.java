package dev.switchboard.server;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker of a single server: commits to a store and delivers to this process.
 *
 * <p>One order per log is the whole point. With an immediate store, commit and delivery happen
 * together under one lock, on the publisher's thread. With a store that blocks, one thread takes
 * everything that waits, commits it as one transaction (so the cost of a disk is shared by all who
 * publish at the same time), and only then delivers and answers, in the same order. A subscription
 * is taken by that thread too, so the place it starts at is exact. Thread-safe.
 */
final class LocalBroker implements Broker {
  private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);
  private static final String CLOSING = "the server is closing";
  private static final int MAX_WAITING = 10_000;
  private static final int MAX_BATCH = 512;

  private final HistoryStore store;
  private final Map<LogKey, Subscription> subscriptions = new ConcurrentHashMap<>();
  private final BlockingQueue<Job> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Executor readers;
  private final Object order = new Object();
  private final Thread committer;
  private long failures; // confined to who commits
  private volatile boolean closed;

  private sealed interface Job {
    record Publish(List<Publication> publications, CompletableFuture<List<Committed>> result)
        implements Job {}

    record Subscribe(LogKey log, Subscription subscription, CompletableFuture<Position> result)
        implements Job {}

    record Stop() implements Job {}
  }

  /**
   * Known from the call on, so that it can be ended at any time; in force from the place in the
   * order that its head was read at.
   */
  private static final class Subscription {
    final Subscriber subscriber;
    volatile boolean inForce;

    Subscription(Subscriber subscriber) {
      this.subscriber = subscriber;
    }
  }

  /** A broker over a store, which it closes in the end. */
  LocalBroker(HistoryStore store) {
    this(store, Executors.newVirtualThreadPerTaskExecutor());
    if (!store.immediate()) {
      committer.start();
    }
  }

  /**
   * A broker that has no thread: somebody calls {@link #commitWaiting}.
   *
   * @param readers runs what reads the store
   */
  LocalBroker(HistoryStore store, Executor readers) {
    this.store = store;
    this.readers = readers;
    this.committer =
        Thread.ofPlatform().daemon().name("switchboard-commit").unstarted(this::commitAll);
  }

  @Override
  public CompletionStage<List<Committed>> publish(List<Publication> publications) {
    if (closed) {
      return CompletableFuture.failedFuture(unavailable(CLOSING));
    }
    if (publications.stream().allMatch(Publication::fleeting)) {
      publications.forEach(publication -> deliver(publication, 0));
      return CompletableFuture.completedFuture(
          publications.stream()
              .map(publication -> new Committed(new Position("", 0), false))
              .toList());
    }
    if (store.immediate()) {
      synchronized (order) {
        List<Committed> committed = store.append(publications);
        deliverAll(publications, committed);
        return CompletableFuture.completedFuture(committed);
      }
    }
    CompletableFuture<List<Committed>> result = new CompletableFuture<>();
    return enqueue(new Job.Publish(publications, result), result);
  }

  @Override
  public CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber) {
    Subscription subscription = new Subscription(subscriber);
    if (store.immediate()) {
      synchronized (order) {
        subscription.inForce = true;
        subscriptions.put(log, subscription);
        return CompletableFuture.completedFuture(store.head(log));
      }
    }
    subscriptions.put(log, subscription);
    CompletableFuture<Position> result = new CompletableFuture<>();
    return enqueue(new Job.Subscribe(log, subscription, result), result);
  }

  private <T> CompletableFuture<T> enqueue(Job job, CompletableFuture<T> result) {
    if (closed || !waiting.offer(job)) {
      result.completeExceptionally(unavailable(closed ? CLOSING : "too much waits to be written"));
    } else if (closed && waiting.remove(job)) { // nobody takes it any more
      result.completeExceptionally(unavailable(CLOSING));
    }
    return result;
  }

  @Override
  public void unsubscribe(LogKey log) {
    subscriptions.remove(log);
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
    if (store.immediate()) {
      return CompletableFuture.completedFuture(read.get());
    }
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return read.get();
          } catch (RuntimeException failed) {
            LOG.warn("reading history failed", failed);
            throw unavailable("the history store does not answer");
          }
        },
        readers);
  }

  private void commitAll() {
    try {
      boolean running = true;
      while (running) {
        running = commitFrom(waiting.take());
      }
    } catch (InterruptedException stopped) {
      LOG.debug("committing was interrupted", stopped);
    }
  }

  /** Commits what waits, as one transaction. Only for a broker without a thread. */
  void commitWaiting() {
    Job first = waiting.poll();
    if (first != null) {
      commitFrom(first);
    }
  }

  /** Commits a job and what waits behind it; whether there is more to come. */
  private boolean commitFrom(Job first) {
    List<Job> jobs = new ArrayList<>();
    jobs.add(first);
    waiting.drainTo(jobs, MAX_BATCH);
    commit(jobs);
    return jobs.stream().noneMatch(Job.Stop.class::isInstance);
  }

  private void commit(List<Job> jobs) {
    List<Job.Publish> batch = new ArrayList<>();
    for (Job job : jobs) {
      switch (job) {
        case Job.Publish publish -> batch.add(publish);
        case Job.Subscribe subscribe -> {
          commitBatch(batch);
          subscribeNow(subscribe);
        }
        case Job.Stop stop -> {}
      }
    }
    commitBatch(batch);
  }

  private void commitBatch(List<Job.Publish> batch) {
    if (batch.isEmpty()) {
      return;
    }
    try {
      List<Committed> committed =
          store.append(batch.stream().flatMap(job -> job.publications.stream()).toList());
      recovered();
      int from = 0;
      for (Job.Publish job : batch) {
        int to = from + job.publications.size();
        finish(job, committed.subList(from, to));
        from = to;
      }
    } catch (RuntimeException failed) {
      if (batch.size() > 1) { // one of them may be at fault: the others shall not pay for it
        batch.forEach(job -> commitBatch(new ArrayList<>(List.of(job))));
      } else {
        failed(failed);
        batch.get(0).result.completeExceptionally(unavailable("the history store does not answer"));
      }
    }
    batch.clear();
  }

  /** Logged once, not for each of the thousands that a second may bring. */
  private void failed(RuntimeException why) {
    if (failures++ == 0) {
      LOG.error("committing to the history store fails", why);
    }
  }

  private void recovered() {
    if (failures > 0) {
      LOG.warn("committing to the history store works again; {} commits failed", failures);
      failures = 0;
    }
  }

  private void finish(Job.Publish job, List<Committed> committed) {
    deliverAll(job.publications, committed);
    job.result.complete(List.copyOf(committed));
  }

  private void subscribeNow(Job.Subscribe subscribe) {
    try {
      Position head = store.head(subscribe.log);
      subscribe.subscription.inForce = true;
      subscribe.result.complete(head);
    } catch (RuntimeException failed) {
      LOG.error("reading the head of a log failed", failed);
      subscribe.result.completeExceptionally(unavailable("the history store does not answer"));
    }
  }

  private void deliverAll(List<Publication> publications, List<Committed> committed) {
    for (int i = 0; i < publications.size(); i++) {
      if (!committed.get(i).duplicate()) {
        deliver(publications.get(i), committed.get(i).position().seq());
      }
    }
  }

  private void deliver(Publication publication, long seq) {
    Subscription subscription = subscriptions.get(publication.log());
    if (subscription != null && subscription.inForce) {
      subscription.subscriber.entry(publication.at(seq), publication.without());
    }
  }

  private static RefusedException unavailable(String why) {
    return new RefusedException(ErrorCode.UNAVAILABLE, why);
  }

  @Override
  public void close() {
    synchronized (order) { // behind a commit that is under way
      closed = true;
    }
    try {
      if (committer.isAlive()) {
        waiting.put(new Job.Stop());
        committer.join();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    for (Job job = waiting.poll(); job != null; job = waiting.poll()) { // came in behind the stop
      switch (job) {
        case Job.Publish publish -> publish.result.completeExceptionally(unavailable(CLOSING));
        case Job.Subscribe subscribe ->
            subscribe.result.completeExceptionally(unavailable(CLOSING));
        case Job.Stop stop -> {}
      }
    }
    if (readers instanceof ExecutorService reading) {
      reading.close();
    }
    store.close();
  }
}
