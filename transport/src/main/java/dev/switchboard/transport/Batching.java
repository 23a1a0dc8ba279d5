package dev.switchboard.transport;

import java.time.Duration;

/**
 * Whether a connection's messages wait for each other, to leave together in fewer and fuller
 * packets: each turns a little later, all cost less. Control frames never wait, and take along what
 * does. Immutable.
 *
 * @param maxMessages how many wait at most, 1–10,000
 * @param maxDelay how long the first of them waits at most, 1 ms – 10 s
 */
public record Batching(int maxMessages, Duration maxDelay) {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** Checks the ranges. */
  public Batching {
    Checks.range("batching maxMessages", maxMessages, 1, 10_000);
    if (maxDelay.toMillis() < 1 || maxDelay.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "batching maxDelay: " + maxDelay + " (expected: 1 ms to 10 s)");
    }
  }
}
