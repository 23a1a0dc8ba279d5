package dev.switchboard.server.broker;

import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import java.util.List;
import org.slf4j.Logger;

/**
 * Reads the heads of all followed logs, in case other servers have appended something of which the
 * bus did not tell: every 10 seconds, every second while the bus is interrupted, and soon after
 * something was lost. However often that happens, it is not done more than once a second, with one
 * request for each 1,000 logs. Thread-safe.
 */
final class HeadCheck {
  static final long PAUSE_MILLIS = 10_000;
  private static final long LEAST_PAUSE_MILLIS = 1_000;
  private static final int BATCH = 1_000;

  private final HistoryStore store;
  private final Subscriptions subscriptions;
  private final Failures unread;
  private final Thread thread;

  // Guarded by this.
  private boolean due; // whether it should be done as soon as possible
  private boolean interrupted; // whether the bus is
  private boolean closed; // never reset

  /** Creates a check without starting its thread: call either {@link #start} or {@link #step}. */
  HeadCheck(HistoryStore store, Subscriptions subscriptions, Logger log) {
    this.store = store;
    this.subscriptions = subscriptions;
    this.unread = new Failures(log, "reading the heads of logs");
    this.thread = Thread.ofPlatform().daemon().name("switchboard-heads").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Asks for a check as soon as possible. */
  synchronized void soon() {
    due = true;
    notifyAll();
  }

  /** The bus is interrupted, or works again, possibly after a loss. */
  synchronized void interrupted(boolean now) {
    interrupted = now;
    soon();
  }

  private void run() {
    try {
      while (await()) {
        check();
        Thread.sleep(LEAST_PAUSE_MILLIS);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt(); // by close()
    }
  }

  /** Waits until a check is due. Returns false if there will be none. */
  private synchronized boolean await() throws InterruptedException {
    long end = System.nanoTime() + (PAUSE_MILLIS - LEAST_PAUSE_MILLIS) * 1_000_000;
    while (!closed && !due && !interrupted) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    due = false;
    return !closed;
  }

  /** Checks on the calling thread if that is due. Only if the thread was not started. */
  void step() {
    synchronized (this) {
      if (!due) {
        return;
      }
      due = false;
    }
    check();
  }

  private void check() {
    List<LogKey> logs = subscriptions.logs();
    try {
      for (int from = 0; from < logs.size(); from += BATCH) {
        List<LogKey> some = logs.subList(from, Math.min(from + BATCH, logs.size()));
        store.heads(some).forEach(subscriptions::head);
      }
    } catch (Throwable failure) { // a store may throw an Error, too
      failed(failure);
    }
  }

  private synchronized void failed(Throwable failure) {
    if (!closed) {
      unread.failed(failure, System.nanoTime());
      soon();
    }
  }

  void close() {
    synchronized (this) {
      closed = true;
    }
    thread.interrupt();
  }
}
