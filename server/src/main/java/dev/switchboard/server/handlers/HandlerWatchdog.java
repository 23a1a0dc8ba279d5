package dev.switchboard.server.handlers;

import dev.switchboard.server.limits.Meter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices handlers of one endpoint that do not return. Mailboxes that have ever run are looked at
 * by one thread of the server every now and then; a task pays next to nothing for it, no clock is
 * asked. So a handler is noticed up to one sweep late. Thread-safe; time is an argument.
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

  /** How often to sweep. */
  Duration interval() {
    long millis = limit.toMillis() / 4;
    return Duration.ofMillis(Math.clamp(millis, 20, 1_000));
  }

  /** Looks at handlers that run one after another from now on. */
  public RunningTask begin(Object whose) {
    RunningTask runningTask = new RunningTask(this, whose);
    runningTasks.add(runningTask);
    return runningTask;
  }

  void end(RunningTask runningTask) {
    runningTasks.remove(runningTask);
  }

  /** Says which tasks have been running for longer than the limit. */
  void sweep(long nanos) {
    for (RunningTask runningTask : runningTasks) {
      Thread stuck = runningTask.overdue(nanos, limit.toNanos());
      try {
        if (stuck != null) {
          report(runningTask, stuck);
        }
      } catch (Throwable failure) { // users' metrics; a timer that throws is never called again
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

  /** A task that was reported has ended. */
  void returned(RunningTask runningTask, Duration after) {
    LOG.warn("{}: the handler of {} returned after {}", path, runningTask.whose(), after);
    meter.handlerReturned(after);
  }

  /** For tests: how many mailboxes it looks at. */
  public int size() {
    return runningTasks.size();
  }
}
