package dev.switchboard.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a mailbox does now, for its {@link Watch}: which task in turn, and on which thread. A task
 * costs two uncontended locks and no clock. Thread-safe.
 */
final class Shift {
  private final Watch watch;
  private final Object whose;
  private @Nullable Thread thread; // guarded by this; null while nothing runs
  private boolean seen; // guarded by this; whether this task was seen by a sweep
  private long seenAt; // guarded by this
  private boolean reported; // guarded by this

  Shift(Watch watch, Object whose) {
    this.watch = watch;
    this.whose = whose;
  }

  Object whose() {
    return whose;
  }

  /** A task begins on this thread. */
  synchronized void begin() {
    thread = Thread.currentThread();
    seen = false;
  }

  /** The task has ended. */
  void end() {
    long since;
    synchronized (this) {
      thread = null;
      if (!reported) {
        return;
      }
      reported = false;
      since = seenAt;
    }
    watch.returned(this, Duration.ofNanos(System.nanoTime() - since));
  }

  /** The thread of a task that was seen so long ago and still runs; told once for each task. */
  synchronized @Nullable Thread overdue(long now, long limit) {
    if (thread == null || reported) {
      return null;
    }
    if (!seen) {
      seen = true;
      seenAt = now;
      return null;
    }
    reported = now - seenAt >= limit;
    return reported ? thread : null;
  }
}
