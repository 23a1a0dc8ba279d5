package dev.switchboard.server.broker;

import org.slf4j.Logger;

/**
 * Logs a failure that may occur with every request while a component is down: the first one in
 * full, later ones at most once a minute, with their number. Thread-safe; time is an argument.
 */
final class Failures {
  private static final long PAUSE_NANOS = 60_000_000_000L;

  private final Logger log;
  private final String what;
  private boolean any; // whether one was logged; guarded by this
  private long saidAt; // when the last one was logged; guarded by this
  private long unsaid; // how many were not logged since; guarded by this

  Failures(Logger log, String what) {
    this.log = log;
    this.what = what;
  }

  void failed(Throwable failure, long nanos) {
    long more;
    synchronized (this) {
      if (any && nanos - saidAt < PAUSE_NANOS) {
        unsaid++;
        return;
      }
      any = true;
      saidAt = nanos;
      more = unsaid;
      unsaid = 0;
    }
    if (more == 0) {
      log.warn("{} failed", what, failure);
    } else {
      log.warn("{} failed, as {} times since the last line", what, more, failure);
    }
  }
}
