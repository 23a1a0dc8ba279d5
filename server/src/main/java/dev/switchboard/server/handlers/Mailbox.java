package dev.switchboard.server.handlers;

import dev.switchboard.server.limits.ReadGate;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the users' code of one connection, on virtual threads or on its event loop: one task at a
 * time, in order. A thread exists only while there is something to do. When too much waits, by
 * count or by bytes, the server stops reading from the connection until half of it is done, so the
 * queue is bounded by what one read brings. Thread-safe.
 */
public final class Mailbox {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
  private static final int FULL = 64;
  private static final int FULL_BYTES = 1 << 20;
  private static final int SMALL = 4 << 10; // messages below this size are bounded by count alone

  private final Executor threads;
  private final ReadGate readGate;
  private final HandlerWatchdog watchdog;
  private final Object whose;
  private final Queue<Runnable> tasks = new ArrayDeque<>(1); // guarded by this
  private @Nullable RunningTask runningTask; // null until something runs; guarded by this
  private int bytes; // the size of the queued messages that are not small; guarded by this
  private boolean running; // whether a thread runs tasks, or is about to; guarded by this
  private boolean paused; // whether reading stops because too much waits; guarded by this

  /** A task with a message that is large enough to count. */
  private record Large(Runnable task, int bytes) implements Runnable {
    @Override
    public void run() {
      task.run();
    }
  }

  /**
   * Creates an empty mailbox.
   *
   * @param threads runs the tasks; the mailbox itself runs them one at a time
   * @param whose identifies the connection in reports about a stuck handler
   */
  Mailbox(ReadGate readGate, Executor threads, HandlerWatchdog watchdog, Object whose) {
    this.readGate = readGate;
    this.threads = threads;
    this.watchdog = watchdog;
    this.whose = whose;
  }

  /** Whether nothing waits or runs. */
  public synchronized boolean idle() {
    return !running;
  }

  /** Runs a task after all tasks so far: immediately, on this thread, if nothing waits or runs. */
  public void afterAll(Runnable task) {
    if (idle()) {
      task.run();
    } else {
      add(task);
    }
  }

  /** Adds a task that holds a message of the given size. */
  public void add(Runnable task, int size) {
    add(size < SMALL ? task : new Large(task, size));
  }

  /** Adds a task, which runs after all earlier ones. Exceptions are logged. */
  public void add(Runnable task) {
    boolean pause = false;
    RunningTask begun = null;
    synchronized (this) {
      tasks.add(task);
      if (task instanceof Large large) {
        bytes += large.bytes;
      }
      if (!paused && (tasks.size() >= FULL || bytes >= FULL_BYTES)) {
        paused = true;
        pause = true;
        readGate.handlersFull(true);
      }
      if (!running) {
        running = true;
        begun = runningTask();
      }
    }
    if (pause) {
      readGate.stop();
    }
    if (begun != null) {
      RunningTask now = begun;
      try {
        threads.execute(() -> run(now));
      } catch (RuntimeException | Error noThread) {
        synchronized (this) {
          running = false; // or the tasks would wait for ever for a thread that does not exist
        }
        throw noThread;
      }
    }
  }

  private RunningTask runningTask() {
    RunningTask known = runningTask;
    if (known == null) {
      known = watchdog.begin(whose);
      runningTask = known;
    }
    return known;
  }

  private void run(RunningTask now) {
    while (true) {
      Runnable task;
      boolean resume = false;
      synchronized (this) {
        task = tasks.poll();
        if (task == null) {
          running = false;
        } else {
          resume = taken(task);
        }
      }
      if (task == null) {
        return;
      }
      if (resume) {
        readGate.apply();
      }
      now.begin();
      try {
        try {
          task.run();
        } finally {
          now.end();
        }
      } catch (Throwable failure) { // the next task must run whatever this one did
        LOG.error("{}: a handler failed for {}", watchdog.path(), whose, failure);
      }
    }
  }

  /**
   * Accounts for a task that was taken. Returns whether reading may resume. Must be called with the
   * lock held.
   */
  private boolean taken(Runnable task) {
    if (task instanceof Large large) {
      bytes -= large.bytes;
    }
    if (paused && tasks.size() <= FULL / 2 && bytes <= FULL_BYTES / 2) {
      paused = false;
      readGate.handlersFull(false);
      return true;
    }
    return false;
  }

  /**
   * Stops watching the mailbox. Called by its last task, when the connection and its handlers have
   * ended.
   */
  public void retire() {
    RunningTask known;
    synchronized (this) {
      known = runningTask;
    }
    if (known != null) {
      watchdog.end(known);
    }
  }
}
