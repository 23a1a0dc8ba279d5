package dev.switchboard.server.limits;

import java.time.Duration;

/**
 * A number of tokens per time, as a {@link Bucket} refills. As many may be taken at once.
 * Immutable.
 */
public record Rate(long tokens, Duration per) {
  /**
   * Validates an option.
   *
   * @param name the option's name, for the exception
   * @throws IllegalArgumentException if the number or the time is not positive
   */
  public static Rate of(String name, long tokens, Duration per) {
    if (tokens < 1 || per.isNegative() || per.isZero()) {
      throw new IllegalArgumentException(
          name + ": " + tokens + " per " + per + " (expected: at least 1 per positive time)");
    }
    return new Rate(tokens, per);
  }

  double perMilli() {
    return (double) tokens / Math.max(1, per.toMillis());
  }
}
