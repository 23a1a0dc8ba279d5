package dev.switchboard.server.handlers;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one mailbox, or the handlers on one event loop, do now, for their {@link HandlerWatchdog}:
 * which task in turn, and on which thread. Tasks begin and end one after another, and cost two
 * volatile writes and no clock; only one that a sweep has seen at work takes a lock at its end.
 */
public final class RunningTask {
  private final HandlerWatchdog watchdog;
  private Object whose; // published by thread
  private int turn; // published by thread
  private volatile @Nullable Thread thread; // null while nothing runs
  private volatile boolean seen; // whether this task was seen by a sweep; written under this
  private int seenTurn; // guarded by this
  private long seenAt; // guarded by this
  private boolean reported; // guarded by this

  /** One that is idle. */
  RunningTask(HandlerWatchdog watchdog, Object whose) {
    this.watchdog = watchdog;
    this.whose = whose;
  }

  Object whose() {
    return whose;
  }

  /** A task of somebody else begins on this thread. */
  public void begin(Object newWhose) {
    whose = newWhose;
    begin();
  }

  /** A task begins on this thread. */
  public void begin() {
    turn++;
    thread = Thread.currentThread();
  }

  /** The task has ended. */
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

  /** The thread of a task that was seen so long ago and still runs; told once for each task. */
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
