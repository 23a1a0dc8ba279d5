package dev.switchboard.spi;

import dev.switchboard.protocol.Entry;
import java.util.List;

/**
 * A part of a log, oldest first. Immutable.
 *
 * @param head the log's last place when the page was read
 * @param first the oldest seq that is still kept; head's seq + 1 if none is
 * @param entries without a hole among them
 * @param more whether the log keeps further entries in the direction that was read
 */
public record Page(Position head, long first, List<Entry> entries, boolean more) {
  /** Copies the list. */
  public Page {
    entries = List.copyOf(entries);
  }

  /** Refuses bounds of a page that make no sense. */
  public static void requireBounds(int limit, long bytes) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 or more)");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 1 or more)");
    }
  }

  /** The oldest entries above some place; there is more if the last is not the log's head. */
  public static Page after(Position head, long first, List<Entry> entries) {
    boolean more = !entries.isEmpty() && entries.getLast().seq() < head.seq();
    return new Page(head, first, entries, more);
  }

  /** The newest entries below some place; there is more if the first is not the oldest kept. */
  public static Page before(Position head, long first, List<Entry> entries) {
    boolean more = !entries.isEmpty() && entries.getFirst().seq() > first;
    return new Page(head, first, entries, more);
  }
}
