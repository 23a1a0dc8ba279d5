package dev.switchboard.client;

import dev.switchboard.protocol.Limits;

/**
 * Options for joining a room. Immutable.
 *
 * @param recent how many of the last messages to receive first; 0–200, 0 by default
 */
public record Join(int recent) {
  /** Receives new messages only. */
  public static final Join DEFAULT = new Join(0);

  /**
   * Validates the range.
   *
   * @throws IllegalArgumentException if {@code recent} is out of range
   */
  public Join {
    if (recent < 0 || recent > Limits.MAX_PAGE_ENTRIES) {
      throw new IllegalArgumentException(
          "recent: " + recent + " (expected: 0-" + Limits.MAX_PAGE_ENTRIES + ")");
    }
  }

  /** Receives this many of the last messages first, oldest first. */
  public static Join recent(int messages) {
    return new Join(messages);
  }
}
