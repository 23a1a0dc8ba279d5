package dev.switchboard.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How long tests wait for something to happen. Stateless. */
final class Patience {
  /** Long enough even for a busy machine. */
  static final Duration DEFAULT = Duration.ofSeconds(10);

  private static final long STEP_NANOS = 5_000_000;

  private Patience() {}

  /** Returns whether the condition became true in time. */
  static boolean until(Duration atMost, BooleanSupplier condition) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    return true;
  }
}
