package dev.switchboard.client.engine;

import dev.switchboard.client.stream.Backlog;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs handlers one at a time, in order, on a virtual thread that lives while there is something to
 * run. Tells its feeder when too much waits. Thread-safe.
 *
 * <p>A handler that blocks on an answer of the server would wait forever if reading stopped because
 * of it, and so would a reader of messages that holds up the handlers. While one does, more may
 * wait than otherwise.
 */
public final class Dispatcher implements Backlog {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  static final int FULL = 256;
  static final long FULL_BYTES = 4L << 20;
  private static final int BLOCKED_FACTOR = 16;

  private final Object lock = new Object();
  private final Queue<Task> queue = new ArrayDeque<>(); // under lock, as is all below
  private final Runnable flow;
  private long bytes;
  private @Nullable Thread runner;
  private boolean blocked;
  private boolean held;
  private int waiters;

  private record Task(Runnable run, int bytes) {}

  /**
   * A dispatcher with nothing to do.
   *
   * @param flow called after {@link #full} may have changed to false
   */
  public Dispatcher(Runnable flow) {
    this.flow = flow;
  }

  /** Runs a task after all before it. What it throws is logged. */
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

  /** Whether feeding should stop for now. */
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
   * The calling thread is going to wait for the server.
   *
   * @return for {@link #waited}: whether a handler does
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

  /** It has ended to wait. */
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

  /** The handlers' thread begins, or has ended, to wait for a reader of messages. */
  public void held(boolean now) {
    synchronized (lock) {
      held = now;
    }
    flow.run();
  }

  /** So many bytes more wait for a handler that is running. */
  @Override
  public void hold(int size) {
    synchronized (lock) {
      bytes += size;
    }
  }

  /** It has read them. */
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
