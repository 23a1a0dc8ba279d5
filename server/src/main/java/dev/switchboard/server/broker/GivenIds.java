package dev.switchboard.server.broker;

import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Publication;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gives IDs to publications that have none, so that a store that is asked twice appends only once.
 * They begin with a control character, which no publisher's ID can contain ({@code
 * spec/protocol.md#4-the-envelope}), and are visible only to the broker and its store. Thread-safe.
 */
final class GivenIds {
  private static final char MARK = '\u0001';

  private final String prefix = MARK + new BigInteger(64, new SecureRandom()).toString(36) + '.';
  private final AtomicLong count = new AtomicLong();

  /** Returns the publications as the store gets them: each with an ID. */
  List<Publication> named(List<Publication> publications) {
    for (Publication publication : publications) {
      if (publication.messageId() == null) {
        return publications.stream().map(this::named).toList();
      }
    }
    return publications;
  }

  private Publication named(Publication publication) {
    return publication.messageId() != null
        ? publication
        : new Publication(
            publication.log(),
            publication.type(),
            publication.from(),
            prefix + Long.toString(count.incrementAndGet(), 36),
            publication.timestamp(),
            publication.payload(),
            publication.fleeting(),
            publication.without(),
            publication.retention());
  }

  /** Returns a page as readers get it: with the publishers' own IDs only. */
  static Page hidden(Page page) {
    for (Entry entry : page.entries()) {
      if (given(entry.messageId())) {
        return new Page(
            page.head(),
            page.first(),
            page.entries().stream().map(GivenIds::hidden).toList(),
            page.more());
      }
    }
    return page;
  }

  private static Entry hidden(Entry entry) {
    return given(entry.messageId())
        ? new Entry(
            entry.address(),
            entry.seq(),
            entry.type(),
            entry.from(),
            entry.timestamp(),
            null,
            entry.payload())
        : entry;
  }

  private static boolean given(@Nullable String messageId) {
    return messageId != null && !messageId.isEmpty() && messageId.charAt(0) == MARK;
  }
}
