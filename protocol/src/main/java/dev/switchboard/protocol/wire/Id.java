package dev.switchboard.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Correlates a message with its answer; a number or a text.
 *
 * @param number the number, or -1 if the ID is a text
 * @param text the text, or null if the ID is a number
 */
public record Id(long number, @Nullable String text) {
  /** Returns a numeric ID. */
  public static Id of(long number) {
    return new Id(number, null);
  }

  /** Returns a textual ID. */
  public static Id of(String text) {
    return new Id(-1, text);
  }
}
