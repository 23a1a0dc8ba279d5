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
}
