package dev.switchboard.transport;

import java.time.Duration;

/** Range checks for options, with a uniform error message. */
final class Checks {
  private static final Duration DAY = Duration.ofDays(1);

  private Checks() {}

  static int range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + "-" + most + ")");
    }
    return value;
  }

  static Duration duration(String name, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(DAY) > 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: PT0.001S-PT24H)");
    }
    return value;
  }
}
