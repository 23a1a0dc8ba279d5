package dev.switchboard.transport;

import java.time.Duration;

/**
 * How long messages of a connection are held back so that several leave in one packet. Batching
 * adds latency and saves packets and CPU time. Control frames are never held back, and flush what
 * is. Immutable.
 *
 * @param maxMessages most messages held back, 1–10,000
 * @param maxDelay longest time that the first of them is held back, 1 ms – 10 s
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
