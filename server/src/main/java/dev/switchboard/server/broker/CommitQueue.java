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
 * The queue of jobs that wait to be committed, in order. Bounded in number and in bytes. Jobs taken
 * from the queue count until they are {@link #done}, because they stay in memory until then.
 * Thread-safe.
 */
public final class CommitQueue {
  public static final String CLOSING = "the server is closing";

  /** 32 MiB: a full batch of the largest messages that an endpoint accepts by default. */
  public static final long DEFAULT_MAX_BYTES = 32L << 20;

  private static final int MAX_JOBS = 10_000;
  private static final int ENTRY_BYTES = 200; // roughly what an entry takes besides its data

  private final long maxBytes;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(MAX_JOBS + 1); // and the stop
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean closed; // whether new jobs are refused; never reset

  CommitQueue(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** A job that is done in the order of the commits, and then answered. */
  sealed interface Job {
    /** Answers that the job could not be done. Has no effect if it is already answered. */
    void refuse(RefusedException why);

    /** Returns how much memory the job takes. */
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

    /** A subscription that takes effect at its position in the queue. */
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

    /** The last job. */
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

  /** Adds a job, or refuses it if the queue is full or closed. */
  void add(Job job) {
    if (closed) {
      job.refuse(unavailable(CLOSING));
    } else if (!reserve(job)) {
      job.refuse(unavailable("too much waits to be written"));
    } else {
      jobs.add(job);
      if (closed && jobs.remove(job)) { // nobody will take it any more
        done(List.of(job));
        job.refuse(unavailable(CLOSING));
      }
    }
  }

  /** Reserves space for a job. A job larger than the limit fits if nothing else waits. */
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

  /** Returns the next job, waiting for one if necessary; null if there is none in time. */
  @Nullable Job poll(long millis) throws InterruptedException {
    return jobs.poll(millis, TimeUnit.MILLISECONDS);
  }

  /** Returns the next job, or null if there is none now. */
  @Nullable Job poll() {
    return jobs.poll();
  }

  /** Returns a job that was taken, and up to {@code most} jobs that wait behind it. */
  List<Job> with(Job first, int most) {
    List<Job> taken = new ArrayList<>();
    taken.add(first);
    jobs.drainTo(taken, most);
    return taken;
  }

  /** Removes and returns the waiting publications; all other jobs stay. */
  List<Job> publications() {
    List<Job> taken = new ArrayList<>();
    jobs.removeIf(job -> job instanceof Job.Publish && taken.add(job));
    return taken;
  }

  /** Releases the space of jobs that were answered. */
  void done(List<Job> answered) {
    for (Job job : answered) {
      if (!(job instanceof Job.Stop)) {
        count.decrementAndGet();
        bytes.addAndGet(-job.bytes());
      }
    }
  }

  /** Takes no more jobs. */
  void close() {
    closed = true;
  }

  /** Adds the stop behind all waiting jobs. */
  void stop() {
    boolean unused = jobs.offer(new Job.Stop());
  }
}
