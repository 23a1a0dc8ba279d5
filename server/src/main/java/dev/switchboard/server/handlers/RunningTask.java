package dev.switchboard.server.handlers;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The task that a mailbox, or the handlers of one event loop, run at the moment, as their {@link
 * HandlerWatchdog} sees it: its number and its thread. Tasks begin and end one after another. This
 * costs two volatile writes and no clock; only a task that a sweep has seen running takes a lock at
 * its end.
 */
public final class RunningTask {
  private final HandlerWatchdog watchdog;
  private Object whose; // whose handler it is; published by thread
  private int turn; // the number of the task; published by thread
  private volatile @Nullable Thread thread; // null while nothing runs
  private volatile boolean seen; // whether a sweep has seen this task; written under this
  private int seenTurn; // the number of the task that was seen; guarded by this
  private long seenAt; // when it was seen first; guarded by this
  private boolean reported; // whether that task was reported; guarded by this

  /** Creates an idle sequence of tasks. */
  RunningTask(HandlerWatchdog watchdog, Object whose) {
    this.watchdog = watchdog;
    this.whose = whose;
  }

  Object whose() {
    return whose;
  }

  /** Starts a task of the given owner on this thread. */
  public void begin(Object newWhose) {
    whose = newWhose;
    begin();
  }

  /** Starts a task on this thread. */
  public void begin() {
    turn++;
    thread = Thread.currentThread();
  }

  /** Ends the task. */
  public void end() {
    thread = null;
    if (seen) {
      endOfSeen();
    }
  }

  private void endOfSeen() {
    long since;
    synchronized (this) {
      seen = false;
      if (!reported) {
        return;
      }
      reported = false;
      since = seenAt;
    }
    watchdog.returned(this, Duration.ofNanos(System.nanoTime() - since));
  }

  /**
   * Returns the thread of a task that was first seen at least {@code limit} ago and still runs;
   * null if there is none, or it was reported before.
   */
  synchronized @Nullable Thread overdue(long now, long limit) {
    Thread running = thread;
    if (running == null || reported) {
      return null;
    }
    if (!seen || turn != seenTurn) {
      seenTurn = turn;
      seenAt = now;
      seen = true;
      return null;
    }
    reported = now - seenAt >= limit;
    return reported ? running : null;
  }
}
