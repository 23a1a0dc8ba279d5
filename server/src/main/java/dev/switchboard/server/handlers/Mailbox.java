package dev.switchboard.server.handlers;

import dev.switchboard.server.limits.ReadGate;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the users' code of one connection: on virtual threads or on its event loop, one task at a
 * time, in order. A thread exists only while there is something to do. When too much waits, by
 * count or by bytes, reading from the connection stops until half of it is done, so the queue is
 * bounded by what one read brings. Thread-safe.
 */
public final class Mailbox {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
  private static final int FULL = 64;
  private static final int FULL_BYTES = 1 << 20;
  private static final int SMALL = 4 << 10; // so many of them as are allowed at all are no matter

  private final Executor threads;
  private final ReadGate readGate;
  private final HandlerWatchdog watchdog;
  private final Object whose;
  private final Queue<Runnable> tasks = new ArrayDeque<>(1); // guarded by this
  private @Nullable RunningTask runningTask; // guarded by this; null until something runs
  private int bytes; // guarded by this: of tasks that are not small
  private boolean running; // guarded by this
  private boolean paused; // guarded by this

  /** A task that holds a message which counts. */
  private record Large(Runnable task, int bytes) implements Runnable {
    @Override
    public void run() {
      task.run();
    }
  }

  /**
   * An empty one.
   *
   * @param threads where its tasks run, one after another all the same
   * @param whose says in reports whose handler is stuck
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

  /** Runs it after all tasks so far: right here if nothing waits or runs. */
  public void afterAll(Runnable task) {
    if (idle()) {
      task.run();
    } else {
      add(task);
    }
  }

  /** A task that holds so many bytes of a message. */
  public void add(Runnable task, int size) {
    add(size < SMALL ? task : new Large(task, size));
  }

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
          running = false; // or the tasks would wait for ever for a thread that is not there
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

  /** Whether reading may go on. With the lock held. */
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

  /** The connection has ended and so have its handlers; called by the last task. */
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
