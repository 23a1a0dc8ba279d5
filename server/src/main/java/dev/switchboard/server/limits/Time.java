package dev.switchboard.server.limits;

import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * Two clocks. People set the one that says what time it is, so it is for what people read; how much
 * time has passed is measured by one that only goes on.
 *
 * @param clock for timestamps
 * @param elapsed milliseconds since some moment, for intervals
 */
public record Time(Clock clock, LongSupplier elapsed) {
  private static final long BEGAN = System.nanoTime();

  public static Time system() {
    return new Time(Clock.systemUTC(), () -> (System.nanoTime() - BEGAN) / 1_000_000);
  }

  /** Both are one: what a test steps. */
  public static Time of(Clock clock) {
    return new Time(clock, clock::millis);
  }
}
