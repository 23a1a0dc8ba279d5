package dev.switchboard.server.broker;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be committed, in order. Bounded in number and in bytes; what has been taken from
 * the queue counts until it is {@link #done}, because it is in memory until then. Thread-safe.
 */
public final class CommitQueue {
  public static final String CLOSING = "the server is closing";

  /** 32 MiB: a whole batch of messages as large as an endpoint takes them by default. */
  public static final long DEFAULT_MAX_BYTES = 32L << 20;

  private static final int MAX_JOBS = 10_000;
  private static final int ENTRY_BYTES = 200; // what an entry costs beside its data, about

  private final long maxBytes;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(MAX_JOBS + 1); // and the stop
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean closed;

  CommitQueue(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Something to be done in the order of the commits, and answered. */
  sealed interface Job {
    /** The answer is that it could not be done; nothing if it has an answer already. */
    void refuse(RefusedException why);

    /** What it holds in memory. */
    long bytes();

    /** The publications as they are delivered, and as the store gets them. */
    record Publish(
        List<Publication> publications,
        List<Publication> named,
        CompletableFuture<List<Committed>> result)
        implements Job {
      @Override
      public void refuse(RefusedException why) {
        result.completeExceptionally(why);
      }

      @Override
      public long bytes() {
        long sum = 0;
        for (Publication publication : publications) {
          var payload = publication.payload();
          sum += ENTRY_BYTES + (payload == null ? 0 : payload.bytes().length);
        }
        return sum;
      }
    }

    /** A subscription that is to be in force from its place in the order on. */
    record Subscribe(LogKey log, Following following, CompletableFuture<Position> result)
        implements Job {
      @Override
      public void refuse(RefusedException why) {
        result.completeExceptionally(why);
      }

      @Override
      public long bytes() {
        return 0;
      }
    }

    /** The end: nothing comes behind it. */
    record Stop() implements Job {
      @Override
      public void refuse(RefusedException why) {}

      @Override
      public long bytes() {
        return 0;
      }
    }
  }

  static RefusedException unavailable(String why) {
    return new RefusedException(ErrorCode.UNAVAILABLE, why);
  }

  boolean closed() {
    return closed;
  }

  /** Takes a job, or refuses it if the queue is full or closed. */
  void add(Job job) {
    if (closed) {
      job.refuse(unavailable(CLOSING));
    } else if (!reserve(job)) {
      job.refuse(unavailable("too much waits to be written"));
    } else {
      jobs.add(job);
      if (closed && jobs.remove(job)) { // nobody takes it any more
        done(List.of(job));
        job.refuse(unavailable(CLOSING));
      }
    }
  }

  /** A job that is larger than the bound by itself fits when nothing else waits. */
  private boolean reserve(Job job) {
    long size = job.bytes();
    long sum = bytes.addAndGet(size);
    if (count.incrementAndGet() <= MAX_JOBS && (sum <= maxBytes || sum == size)) {
      return true;
    }
    count.decrementAndGet();
    bytes.addAndGet(-size);
    return false;
  }

  /** The next job, as soon as there is one; null if there is none within that time. */
  @Nullable Job poll(long millis) throws InterruptedException {
    return jobs.poll(millis, TimeUnit.MILLISECONDS);
  }

  /** The next job, if there is one now. */
  @Nullable Job poll() {
    return jobs.poll();
  }

  /** A job that was taken, and up to so many that wait behind it. */
  List<Job> with(Job first, int most) {
    List<Job> taken = new ArrayList<>();
    taken.add(first);
    jobs.drainTo(taken, most);
    return taken;
  }

  /** Takes the publications that wait, and leaves everything else. */
  List<Job> publications() {
    List<Job> taken = new ArrayList<>();
    jobs.removeIf(job -> job instanceof Job.Publish && taken.add(job));
    return taken;
  }

  /** Those have their answers. */
  void done(List<Job> answered) {
    for (Job job : answered) {
      if (!(job instanceof Job.Stop)) {
        count.decrementAndGet();
        bytes.addAndGet(-job.bytes());
      }
    }
  }

  /** Takes no more. */
  void close() {
    closed = true;
  }

  /** Puts the end behind all that waits. */
  void stop() {
    boolean unused = jobs.offer(new Job.Stop());
  }
}
