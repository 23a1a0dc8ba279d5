package dev.switchboard.history.jdbc;

/**
 * The part of a log that a page asks for. Immutable.
 *
 * @param from the first seq
 * @param to the last seq; lower than {@code from} if there is nothing
 * @param more whether the log keeps further entries in the direction that is read
 */
record Slice(long from, long to, boolean more) {
  private static final Slice NOTHING = new Slice(1, 0, false);

  /** Tells the slice of a log that keeps {@code first} to {@code head}. */
  interface Choice {
    Slice of(long first, long head);
  }

  static Choice after(long seq, int limit) {
    requirePositive(limit);
    return (first, head) -> {
      if (seq >= head || first > head) {
        return NOTHING;
      }
      long from = Math.max(first, seq + 1);
      long to = Math.min(head, from + limit - 1);
      return new Slice(from, to, to < head);
    };
  }

  static Choice before(long seq, int limit) {
    requirePositive(limit);
    return (first, head) -> {
      if (seq <= first || first > head) {
        return NOTHING;
      }
      long to = Math.min(head, seq - 1);
      long from = Math.max(first, to - limit + 1);
      return new Slice(from, to, from > first);
    };
  }

  boolean empty() {
    return to < from;
  }

  static void requirePositive(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 or more)");
    }
  }
}
