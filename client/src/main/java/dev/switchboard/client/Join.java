package dev.switchboard.client;

/**
 * How to join a room. Immutable.
 *
 * @param recent how many of the last messages to get first; 0–200, 0 by default
 */
public record Join(int recent) {
  /** From now on. */
  public static final Join DEFAULT = new Join(0);

  /** Checks the range. */
  public Join {
    if (recent < 0 || recent > 200) {
      throw new IllegalArgumentException("recent: " + recent + " (expected: 0-200)");
    }
  }

  /** With so many of the last messages first, oldest first. */
  public static Join recent(int messages) {
    return new Join(messages);
  }
}
