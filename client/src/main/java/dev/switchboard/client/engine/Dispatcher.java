package dev.switchboard.client.engine;

import dev.switchboard.client.stream.Backlog;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs handlers one at a time, in order, on a virtual thread that exists while there is something
 * to run, and signals when too many wait. Thread-safe.
 *
 * <p>There is at most one runner: {@link #submit} starts it if there is none, and it unregisters
 * under the lock when the queue is empty, so no task is left behind. {@link #full} becomes true at
 * {@code FULL} tasks or {@code FULL_BYTES}, and {@code flow} is called when half of that or nothing
 * is left, so reading does not toggle with every message. {@code flow} is always called without the
 * lock.
 *
 * <p>A handler that blocks for an answer from the server would wait forever if reading stopped
 * because of it, and so would a thread that waits for the server while a reader of {@code Messages}
 * holds up the handlers. In both cases {@code BLOCKED_FACTOR} times as much may wait.
 */
public final class Dispatcher implements Backlog {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  static final int FULL = 256;
  static final long FULL_BYTES = 4L << 20;
  private static final int BLOCKED_FACTOR = 16;

  private final Object lock = new Object();
  private final Queue<Task> queue = new ArrayDeque<>(); // guarded by lock
  private final Runnable flow;

  // Guarded by lock.
  private long bytes; // the size of the queued tasks, and of what a running handler has not read
  private @Nullable Thread runner; // null while nothing waits or runs
  private boolean blocked; // whether the running handler waits for the server
  private boolean held; // whether the runner waits for a reader of messages
  private int waiters; // how many threads wait for the server

  private record Task(Runnable run, int bytes) {}

  /**
   * Creates an idle dispatcher.
   *
   * @param flow called after {@link #full} may have changed to false
   */
  public Dispatcher(Runnable flow) {
    this.flow = flow;
  }

  /** Runs a task after all earlier ones. Exceptions are logged. */
  public void submit(Runnable run, int size) {
    synchronized (lock) {
      queue.add(new Task(run, size));
      bytes += size;
      if (runner == null) {
        runner = Thread.ofVirtual().name("switchboard-handlers").start(this::run);
      }
    }
  }

  /** Whether nothing waits or runs. */
  boolean idle() {
    synchronized (lock) {
      return runner == null;
    }
  }

  /** Whether to stop submitting for now. */
  public boolean full() {
    synchronized (lock) {
      int factor = blocked || (held && waiters > 0) ? BLOCKED_FACTOR : 1;
      return queue.size() >= FULL * factor || bytes >= FULL_BYTES * factor;
    }
  }

  /** Whether the calling thread is running a handler. */
  public boolean inHandler() {
    synchronized (lock) {
      return Thread.currentThread().equals(runner);
    }
  }

  /**
   * Announces that the calling thread is going to wait for the server.
   *
   * @return whether the thread is running a handler, for {@link #waited}
   */
  boolean waiting() {
    boolean handler = inHandler();
    boolean more;
    synchronized (lock) {
      blocked |= handler;
      waiters++;
      more = handler || held;
    }
    if (more) {
      flow.run();
    }
    return handler;
  }

  /** The calling thread no longer waits for the server. */
  void waited(boolean handler) {
    boolean less;
    synchronized (lock) {
      blocked &= !handler;
      waiters--;
      less = handler || held;
    }
    if (less) {
      flow.run();
    }
  }

  /** The handlers' thread starts or stops waiting for a reader of messages. */
  public void held(boolean now) {
    synchronized (lock) {
      held = now;
    }
    flow.run();
  }

  /** Adds bytes to the backlog of the running handler. */
  @Override
  public void hold(int size) {
    synchronized (lock) {
      bytes += size;
    }
  }

  /** Removes bytes from the backlog, because the handler has read them. */
  @Override
  public void letGo(int size) {
    boolean below;
    synchronized (lock) {
      long before = bytes;
      bytes -= size;
      below = before >= FULL_BYTES / 2 && bytes < FULL_BYTES / 2;
    }
    if (below) {
      flow.run();
    }
  }

  private void run() {
    while (true) {
      Task next;
      boolean drained;
      synchronized (lock) {
        next = queue.poll();
        if (next == null) {
          runner = null;
          return;
        }
        bytes -= next.bytes;
        drained = queue.size() == FULL / 2 || queue.isEmpty();
      }
      if (drained) {
        flow.run();
      }
      try {
        next.run.run();
      } catch (Throwable failure) { // the next task must run whatever this one did
        LOG.error("a task of the handlers' thread failed", failure);
      }
    }
  }
}
