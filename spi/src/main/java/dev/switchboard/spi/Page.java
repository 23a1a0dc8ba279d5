package dev.switchboard.spi;

import dev.switchboard.protocol.Entry;
import java.util.List;

/**
 * A consecutive part of a log, oldest entry first. Immutable.
 *
 * @param head the position of the log's last entry when the page was read
 * @param first the seq of the oldest entry still kept, or head's seq + 1 if none is
 * @param entries the entries, without gaps
 * @param more whether the log has further entries in the direction that was read
 */
public record Page(Position head, long first, List<Entry> entries, boolean more) {
  /** Copies the list. */
  public Page {
    entries = List.copyOf(entries);
  }

  /**
   * Validates the bounds of a page to read.
   *
   * @throws IllegalArgumentException if a bound is less than 1
   */
  public static void requireBounds(int limit, long bytes) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 or more)");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 1 or more)");
    }
  }

  /**
   * Creates a page of the oldest entries after some position. There are more if the last one is not
   * the log's head.
   */
  public static Page after(Position head, long first, List<Entry> entries) {
    boolean more = !entries.isEmpty() && entries.getLast().seq() < head.seq();
    return new Page(head, first, entries, more);
  }

  /**
   * Creates a page of the newest entries before some position. There are more if the first one is
   * not the oldest kept.
   */
  public static Page before(Position head, long first, List<Entry> entries) {
    boolean more = !entries.isEmpty() && entries.getFirst().seq() > first;
    return new Page(head, first, entries, more);
  }
}
