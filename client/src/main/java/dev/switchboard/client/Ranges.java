package dev.switchboard.client;

import java.time.Duration;

/** Checks the values of options. Stateless. */
final class Ranges {
  private static final Duration LONGEST = Duration.ofDays(1);

  private Ranges() {}

  static Duration duration(String name, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: PT0.001S-PT24H)");
    }
    return value;
  }

  static long range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + "-" + most + ")");
    }
    return value;
  }
}
