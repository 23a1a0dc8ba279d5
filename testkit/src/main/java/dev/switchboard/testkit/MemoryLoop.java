package dev.switchboard.testkit;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs tasks one after another, with a clock of its own. Timers run when the clock is
 * moved to their time, in the order of their times. Thread-safe.
 */
final class MemoryLoop implements AutoCloseable {
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicLong order = new AtomicLong();
  private final Thread thread;
  private volatile long now; // the clock, in milliseconds; moved only on the thread
  private volatile boolean ended; // whether the thread has ended
  private volatile @Nullable Throwable broken; // thrown by a task, for the next caller of ask()
  private final PriorityQueue<Timer> timers = // on the thread, as is all below
      new PriorityQueue<>(
          Comparator.comparingLong((Timer one) -> one.at).thenComparingLong(one -> one.order));
  private boolean closing; // whether close() was called
  private int users; // how many clients have not released the loop
  private boolean over; // whether the thread ends after its remaining tasks

  private static final class Timer {
    final long at;
    final long order;
    final Runnable task;
    volatile boolean cancelled; // set by any thread

    Timer(long at, long order, Runnable task) {
      this.at = at;
      this.order = order;
      this.task = task;
    }
  }

  MemoryLoop() {
    thread = Thread.ofPlatform().daemon().name("switchboard-memory").start(this::run);
  }

  private void run() {
    try {
      while (!over || !tasks.isEmpty()) {
        run(tasks.take());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    ended = true;
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error thrown) { // thrown by the next ask()
      broken = thrown;
    }
  }

  void execute(Runnable task) {
    if (ended) {
      throw new RejectedExecutionException("the world has ended");
    }
    tasks.add(task);
  }

  boolean here() {
    return Thread.currentThread().equals(thread);
  }

  long now() {
    return now;
  }

  /** Runs a task after this many milliseconds; running the result cancels it. */
  Runnable schedule(Runnable task, long millis) {
    Timer timer = new Timer(now + millis, order.getAndIncrement(), task);
    inside(() -> timers.add(timer));
    return () -> {
      timer.cancelled = true;
      inside(() -> timers.remove(timer));
    };
  }

  private void inside(Runnable task) {
    if (here()) {
      task.run();
    } else {
      execute(task);
    }
  }

  /** Advances the clock by this many milliseconds, and runs everything that is due on the way. */
  void pass(long millis) {
    settle();
    long until = now + millis;
    while (ask(() -> next(until)) >= 0) {
      settle();
    }
    ask(() -> now = until);
    settle();
  }

  /**
   * Advances the clock to the next timer, if a condition holds.
   *
   * @param holds evaluated on the thread, when nothing else is left to do
   */
  void skip(BooleanSupplier holds) {
    settle();
    ask(() -> holds.getAsBoolean() ? next(Long.MAX_VALUE) : -1);
    settle();
  }

  /** On the thread: runs the first timer that is due by then; returns -1 if there is none. */
  private long next(long until) {
    Timer first = timers.peek();
    if (first == null || first.at > until) {
      return -1;
    }
    timers.remove(first);
    now = Math.max(now, first.at);
    if (!first.cancelled) {
      first.task.run();
    }
    return now;
  }

  /** Returns when no task is left. */
  void settle() {
    while (ask(tasks::size) > 0) {
      Thread.onSpinWait();
    }
  }

  private long ask(LongSupplier what) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    execute(() -> {
      try {
        answer.complete(what.getAsLong());
      } catch (RuntimeException | Error broken) {
        answer.completeExceptionally(broken);
      }
    });
    long told = answer.orTimeout(Patience.DEFAULT.toMillis(), TimeUnit.MILLISECONDS).join();
    Throwable thrown = broken;
    if (thrown != null) {
      throw new AssertionError(String.valueOf(thrown.getMessage()), thrown);
    }
    return told;
  }

  /** Adds a user of the thread. */
  void acquire() {
    execute(() -> users++);
  }

  /** Removes a user of the thread. */
  void release() {
    execute(() -> {
      users--;
      over = closing && users <= 0;
    });
  }

  /** Ends the thread once it has no users. */
  @Override
  public void close() {
    execute(() -> {
      closing = true;
      over = users <= 0;
    });
  }
}
