package dev.switchboard.server.limits;

import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * Two clocks. The wall clock can be set, so it is only for timestamps that people read; intervals
 * are measured by a clock that only moves forward.
 *
 * @param clock for timestamps
 * @param elapsed milliseconds since some moment, for intervals
 */
public record Time(Clock clock, LongSupplier elapsed) {
  private static final long BEGAN = System.nanoTime();

  public static Time system() {
    return new Time(Clock.systemUTC(), () -> (System.nanoTime() - BEGAN) / 1_000_000);
  }

  /** Uses one clock for both, which a test can step. */
  public static Time of(Clock clock) {
    return new Time(clock, clock::millis);
  }
}
