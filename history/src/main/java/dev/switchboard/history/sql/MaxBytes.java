package dev.switchboard.history.sql;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;

/** The rules for a bound on a history's size, shared by all databases. */
public final class MaxBytes {
  private MaxBytes() {}

  public static void requireValid(long maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: 1 or more)");
    }
  }

  /** Refuses to append to a history that has reached its bound. */
  public static void requireSmaller(long bytes, long maxBytes) {
    if (bytes >= maxBytes) {
      throw new RefusedException(
          ErrorCode.UNAVAILABLE,
          "the history is full: " + bytes + " bytes (expected: fewer than " + maxBytes + ")");
    }
  }
}
