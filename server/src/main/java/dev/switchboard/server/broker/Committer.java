package dev.switchboard.server.broker;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.broker.CommitQueue.Job;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends the jobs of a queue to a store, passes them on and answers them, all in one order. It is
 * the only committing thread of a broker whose store blocks. Whatever is thrown, every job is
 * answered and the thread continues.
 *
 * <p>A batch that fails is retried in halves, because a single publication may be at fault and the
 * others should not suffer for it; this is safe because every publication has an ID ({@link
 * GivenIds}). The search ends as soon as the store itself seems to be at fault: it takes too long,
 * or several publications that were tried alone failed in a row. Then everything that waits is
 * refused at once, and may be retried.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBroker.class);
  static final String NO_ANSWER = "the history store does not answer";
  private static final int MAX_BATCH = 512;
  private static final int MAX_FAILED_ALONE = 3;
  private static final long SEARCH_MILLIS = 2_000;
  private static final long SETTLE_MILLIS = 1_000;
  private static final long FOREVER_MILLIS = Long.MAX_VALUE;

  private final HistoryStore store;
  private final CommitQueue queue;
  private final Subscriptions subscriptions;
  private final CommitHealth health;
  private final LongSupplier elapsed;
  private final @Nullable ClusterLink link; // null if there are no other servers
  private final Thread thread;
  private @Nullable LogKey failed; // a log of the last failure; confined to the committing thread
  private volatile List<Job> underWay = List.of(); // the jobs that are being committed
  private volatile boolean abandoned; // whether stop() has given up

  /**
   * Creates a committer without starting its thread: call either {@link #start} or {@link #step}.
   */
  Committer(
      HistoryStore store,
      CommitQueue queue,
      Subscriptions subscriptions,
      CommitHealth health,
      LongSupplier elapsed,
      @Nullable ClusterLink link) {
    this.store = store;
    this.queue = queue;
    this.subscriptions = subscriptions;
    this.health = health;
    this.elapsed = elapsed;
    this.link = link;
    this.thread = Thread.ofPlatform().daemon().name("switchboard-commit").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    boolean running = true;
    while (running) {
      try {
        boolean open = health.failing() || subscriptions.inDoubt();
        Job first = queue.poll(open ? SETTLE_MILLIS : FOREVER_MILLIS);
        if (first == null) {
          settle();
        } else {
          running = commitFrom(first);
        }
      } catch (InterruptedException stopped) {
        LOG.debug("committing was interrupted", stopped);
        running = false;
      } catch (Throwable unexpected) { // from handling what was thrown: the JVM is out of memory
        health.fatal(unexpected);
      }
    }
  }

  /**
   * Does one step of the thread's work on the calling thread. Only if the thread was not started.
   */
  void step() {
    Job first = queue.poll();
    if (first == null) {
      settle();
    } else {
      commitFrom(first);
    }
  }

  /** Commits a job and those waiting behind it. Returns whether to continue. */
  private boolean commitFrom(Job first) {
    List<Job> jobs = queue.with(first, MAX_BATCH - 1);
    underWay = jobs;
    try {
      commit(jobs);
    } catch (Throwable unexpected) {
      health.fatal(unexpected);
      refuse(jobs, CommitQueue.unavailable("the server failed"));
      LOG.error("committing failed; it goes on with what comes next", unexpected);
      jobs.forEach(this::doubt);
    } finally {
      underWay = List.of();
      queue.done(jobs);
      health.rest();
    }
    if (subscriptions.inDoubt() && !health.failing()) {
      settle();
    }
    return !abandoned && jobs.stream().noneMatch(Job.Stop.class::isInstance);
  }

  private void commit(List<Job> jobs) {
    List<Job.Publish> batch = new ArrayList<>();
    Search search = new Search();
    for (Job job : jobs) {
      switch (job) {
        case Job.Publish publish -> batch.add(publish);
        case Job.Subscribe subscribe -> {
          commitBatch(batch, search);
          subscribe(subscribe, search.begin());
        }
        case Job.Stop stop -> {}
      }
    }
    commitBatch(batch, search);
  }

  private void commitBatch(List<Job.Publish> batch, Search search) {
    if (!batch.isEmpty()) {
      append(batch, search.begin());
      batch.clear();
    }
  }

  /** Decides whether it is worthwhile to go on searching for the publication at fault. */
  private final class Search {
    private long began; // when the search of this batch began
    private int failedAlone; // failures in a row of publications tried alone
    private boolean over; // whether the store is considered to be at fault

    Search begin() {
      began = elapsed.getAsLong();
      return this;
    }

    void worked() {
      failedAlone = 0;
    }

    void failed(int tried, boolean fatal) {
      failedAlone += tried == 1 ? 1 : 0;
      boolean late = elapsed.getAsLong() - began > SEARCH_MILLIS;
      if (!over && (fatal || late || failedAlone >= MAX_FAILED_ALONE)) {
        over = true;
        refuseAllThatWaits();
      }
    }

    boolean over() {
      return over || abandoned;
    }
  }

  private void append(List<Job.Publish> batch, Search search) {
    if (search.over()) {
      refuse(batch, CommitQueue.unavailable(NO_ANSWER));
      return;
    }
    List<Publication> publications = named(batch);
    List<Committed> results;
    try {
      health.step();
      results = store.append(publications);
      requireOneEach(publications, results);
    } catch (Throwable failure) { // a store may throw an Error, too
      failed(batch, publications, failure, search);
      return;
    }
    search.worked();
    health.committed();
    if (link != null) {
      link.committed(publications, results);
    }
    int from = 0;
    for (Job.Publish job : batch) {
      int to = from + job.publications().size();
      List<Committed> own = List.copyOf(results.subList(from, to));
      if (!abandoned) {
        subscriptions.committed(job.publications(), own);
      }
      job.result().complete(own);
      from = to;
    }
  }

  private static List<Publication> named(List<Job.Publish> batch) {
    return batch.size() == 1
        ? batch.get(0).named()
        : batch.stream().flatMap(job -> job.named().stream()).toList();
  }

  private static void requireOneEach(List<Publication> publications, List<Committed> results) {
    if (results.size() != publications.size()) {
      throw new IllegalStateException(
          "results: " + results.size() + " (expected: " + publications.size() + ", one for each)");
    }
  }

  private void failed(
      List<Job.Publish> batch, List<Publication> publications, Throwable failure, Search search) {
    subscriptions.doubt(publications);
    RefusedException refusal = refusal(failure);
    if (refusal.code() == ErrorCode.UNAVAILABLE) {
      failed = publications.get(0).log();
      health.failed(failure);
      search.failed(batch.size(), CommitHealth.isFatal(failure));
    }
    if (batch.size() == 1) {
      refuse(batch, refusal);
    } else {
      int half = batch.size() / 2;
      append(batch.subList(0, half), search);
      append(batch.subList(half, batch.size()), search);
    }
  }

  /** Returns what a publisher is told: the store's own refusal, or that the store fails. */
  static RefusedException refusal(Throwable failure) {
    return failure instanceof RefusedException refused
        ? refused
        : CommitQueue.unavailable(NO_ANSWER);
  }

  private void subscribe(Job.Subscribe job, Search search) {
    if (search.over()) {
      job.refuse(CommitQueue.unavailable(NO_ANSWER));
      return;
    }
    try {
      health.step();
      Position head = store.head(job.log());
      search.worked();
      job.following().begin(head);
      job.result().complete(head);
    } catch (Throwable failure) {
      failed = job.log();
      health.failed(failure);
      search.failed(1, CommitHealth.isFatal(failure));
      job.refuse(CommitQueue.unavailable(NO_ANSWER));
    }
  }

  /** Asks the store for the outcome of failed appends, and whether it answers again. */
  private void settle() {
    LogKey log = failed;
    try {
      health.step();
      if (subscriptions.inDoubt()) {
        subscriptions.settle(store);
        health.answered();
      } else if (health.failing() && log != null) {
        Position unused = store.head(log);
        health.answered();
      }
    } catch (Throwable stillFailing) {
      LOG.debug("the history store does not answer yet", stillFailing);
      health.fatal(stillFailing);
    } finally {
      health.rest();
    }
  }

  private void doubt(Job job) {
    if (job instanceof Job.Publish publish) {
      subscriptions.doubt(publish.publications());
    }
  }

  private void refuseAllThatWaits() {
    List<Job> waiting = queue.publications();
    refuse(waiting, CommitQueue.unavailable(NO_ANSWER));
    queue.done(waiting);
  }

  private static void refuse(List<? extends Job> jobs, RefusedException why) {
    jobs.forEach(job -> job.refuse(why));
  }

  /** Whether jobs can still be committed: the thread was not started, or it is running. */
  boolean alive() {
    return thread.getState() == Thread.State.NEW || thread.isAlive();
  }

  /**
   * Commits the jobs that can be done by the deadline, and refuses the rest. The queue must be
   * closed already.
   */
  void stop(long deadlineNanos) {
    try {
      if (thread.isAlive()) {
        queue.stop();
        long left = deadlineNanos - System.nanoTime();
        if (!thread.join(Duration.ofNanos(Math.max(1, left)))) {
          LOG.warn("the history store does not answer; what waits for it is refused");
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    abandoned = true;
    refuse(underWay, CommitQueue.unavailable(CommitQueue.CLOSING));
    for (Job job = queue.poll(); job != null; job = queue.poll()) {
      job.refuse(CommitQueue.unavailable(CommitQueue.CLOSING));
    }
  }
}
