package dev.switchboard.server.broker;

import dev.switchboard.spi.Broker.Health;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether commits move. Told by who commits; {@link #health} may be asked by any thread.
 *
 * <p>A store that fails is one thing (not ready: clients do better elsewhere, and a new process
 * would not help), a commit that does not end, or a JVM that could not go on, another (not alive:
 * only a new process helps).
 */
final class CommitHealth {
  /** A commit that takes longer has the server called not ready. */
  static final long SLOW_MILLIS = 5_000;

  /** A call of the store that takes longer has the server called dead. */
  static final long STUCK_MILLIS = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);

  private final LongSupplier elapsed;
  private volatile boolean busy;
  private volatile long since; // when the last step of what is under way began; milliseconds
  private volatile boolean failing;
  private volatile @Nullable Throwable fatal;
  private long failures; // confined to who commits

  CommitHealth(LongSupplier elapsed) {
    this.elapsed = elapsed;
  }

  /**
   * Whether the JVM can't go on after it: a stack that was too deep is gone, lack of memory not.
   */
  static boolean isFatal(Throwable failure) {
    return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
  }

  static void throwIfFatal(Throwable failure) {
    if (failure instanceof VirtualMachineError error && isFatal(failure)) {
      throw error;
    }
  }

  /** Something is about to be done that takes its time. */
  void step() {
    since = elapsed.getAsLong();
    busy = true;
  }

  /** Nothing is being done. */
  void rest() {
    busy = false;
  }

  /** An append was done. */
  void committed() {
    failing = false;
    if (failures > 0) {
      LOG.warn("the history store works again; {} calls failed", failures);
      failures = 0;
    }
  }

  /** A read was done: the store answers. */
  void answered() {
    failing = false;
  }

  /** Whether the store failed when it was asked last. */
  boolean failing() {
    return failing;
  }

  /** The store failed. Logged once, not for each of the thousands that a second may bring. */
  void failed(Throwable why) {
    failing = true;
    if (failures++ == 0) {
      LOG.error("the history store fails; this is logged once until it works again", why);
    }
    fatal(why);
  }

  /** Notes a failure after which the JVM can't be relied on. */
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
