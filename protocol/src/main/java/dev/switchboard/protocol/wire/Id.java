package dev.switchboard.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * What correlates a message with its answer: a number, or a text.
 *
 * @param number the number, or -1 if it is a text
 */
public record Id(long number, @Nullable String text) {
  /** The id of a number. */
  public static Id of(long number) {
    return new Id(number, null);
  }

  /** The id of a text. */
  public static Id of(String text) {
    return new Id(-1, text);
  }
}
