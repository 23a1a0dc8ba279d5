package dev.switchboard.server.handlers;

import dev.switchboard.server.limits.Meter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices handlers of one endpoint that do not return. A server thread checks all mailboxes that
 * have ever run, at an interval; so a task costs next to nothing, as it reads no clock, and a stuck
 * handler is noticed up to one interval late. Thread-safe; time is an argument.
 */
public final class HandlerWatchdog {
  private static final Logger LOG = LoggerFactory.getLogger(HandlerWatchdog.class);

  private final String path;
  private final Duration limit;
  private final String cost;
  private final Meter meter;
  private final Set<RunningTask> runningTasks = ConcurrentHashMap.newKeySet();

  public HandlerWatchdog(String path, Duration limit, boolean onLoop, Meter meter) {
    this.path = path;
    this.limit = limit;
    this.cost =
        onLoop
            ? "every connection of that event loop waits"
            : "its connection waits, others do not";
    this.meter = meter;
  }

  String path() {
    return path;
  }

  /** Returns the interval at which to sweep. */
  Duration interval() {
    long millis = limit.toMillis() / 4;
    return Duration.ofMillis(Math.clamp(millis, 20, 1_000));
  }

  /** Starts watching a sequence of tasks, of which at most one runs at a time. */
  public RunningTask begin(Object whose) {
    RunningTask runningTask = new RunningTask(this, whose);
    runningTasks.add(runningTask);
    return runningTask;
  }

  void end(RunningTask runningTask) {
    runningTasks.remove(runningTask);
  }

  /** Reports the tasks that have been running for longer than the limit. */
  void sweep(long nanos) {
    for (RunningTask runningTask : runningTasks) {
      Thread stuck = runningTask.overdue(nanos, limit.toNanos());
      try {
        if (stuck != null) {
          report(runningTask, stuck);
        }
      } catch (Throwable failure) { // users' metrics: a timer that throws is never called again
        LOG.error("{}: a handler that is stuck could not be reported", path, failure);
      }
    }
  }

  private void report(RunningTask runningTask, Thread thread) {
    Throwable where = new Throwable("where it is, in thread " + thread.threadId());
    where.setStackTrace(thread.getStackTrace());
    LOG.warn(
        "{}: a handler of {} has not returned for {}; {}",
        path,
        runningTask.whose(),
        limit,
        cost,
        where);
    meter.handlerStuck();
  }

  /** Called when a task that was reported has ended. */
  void returned(RunningTask runningTask, Duration after) {
    LOG.warn("{}: the handler of {} returned after {}", path, runningTask.whose(), after);
    meter.handlerReturned(after);
  }

  /** Returns how many mailboxes are watched, for tests. */
  public int size() {
    return runningTasks.size();
  }
}
