package dev.switchboard.server.broker;

import dev.switchboard.spi.Broker.Health;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether commits make progress. Updated by whoever commits; {@link #health} may be called by any
 * thread.
 *
 * <p>A store that fails makes the server not ready: clients are better served elsewhere, and a new
 * process would not help. A commit that does not end, or a JVM that can't continue, makes it not
 * alive: only a new process helps.
 */
final class CommitHealth {
  /** If a commit takes longer, the server reports that it is not ready. */
  static final long SLOW_MILLIS = 5_000;

  /** If a call to the store takes longer, the server reports that it is not alive. */
  static final long STUCK_MILLIS = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(StoreBroker.class);

  private final LongSupplier elapsed;
  private volatile boolean busy; // whether a call is running
  private volatile long since; // when the running call began; milliseconds
  private volatile boolean failing; // whether the last call failed
  private volatile @Nullable Throwable fatal; // the failure after which the JVM can't be relied on
  private long failures; // since the last success; confined to the committing thread

  CommitHealth(LongSupplier elapsed) {
    this.elapsed = elapsed;
  }

  /**
   * Whether the JVM can't continue after a failure. A stack overflow has unwound; a lack of memory
   * remains.
   */
  static boolean isFatal(Throwable failure) {
    return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
  }

  static void throwIfFatal(Throwable failure) {
    if (failure instanceof VirtualMachineError error && isFatal(failure)) {
      throw error;
    }
  }

  /** A call that may take time begins. */
  void step() {
    since = elapsed.getAsLong();
    busy = true;
  }

  /** No call is running. */
  void rest() {
    busy = false;
  }

  /** An append succeeded. */
  void committed() {
    failing = false;
    if (failures > 0) {
      LOG.warn("the history store works again; {} calls failed", failures);
      failures = 0;
    }
  }

  /** A read succeeded, so the store answers. */
  void answered() {
    failing = false;
  }

  /** Whether the last call to the store failed. */
  boolean failing() {
    return failing;
  }

  /**
   * The store failed. Logged once, not for each of the possibly thousands of failures per second.
   */
  void failed(Throwable why) {
    failing = true;
    if (failures++ == 0) {
      LOG.error("the history store fails; this is logged once until it works again", why);
    }
    fatal(why);
  }

  /** Records a failure after which the JVM can't be relied on. */
  void fatal(Throwable why) {
    if (isFatal(why)) {
      fatal = why;
    }
  }

  Health health() {
    Throwable broken = fatal;
    if (broken != null) {
      return new Health(false, false, "the JVM can't go on: " + broken);
    }
    long taking = busy ? elapsed.getAsLong() - since : 0;
    if (taking > STUCK_MILLIS) {
      return new Health(false, false, "a commit does not end: " + seconds(taking));
    }
    if (taking > SLOW_MILLIS) {
      return new Health(true, false, "the history store does not answer: " + seconds(taking));
    }
    return failing ? new Health(true, false, "the history store fails") : Health.GOOD;
  }

  private static String seconds(long millis) {
    return millis / 1_000 + " s so far";
  }
}
