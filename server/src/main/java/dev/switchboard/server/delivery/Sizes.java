package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.spi.Page;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The size limits on what an endpoint's connections can receive, whatever encoding they use. A
 * message's size is that of its {@code data} in the encoding that makes it largest, because its
 * readers may use any. A message larger than a connection has room for is refused at its source,
 * and left out if it was stored under other limits. Thread-safe.
 */
public final class Sizes {
  private static final int MAX_PAGE_BYTES = 512 << 10;

  private final Protocol<?> protocol;
  private final Encodings encodings;
  private final Settings settings;

  public Sizes(Protocol<?> protocol, Encodings encodings, Settings settings) {
    this.protocol = protocol;
    this.encodings = encodings;
    this.settings = settings;
  }

  /**
   * Encodes a message that server code sends.
   *
   * @throws RefusedException {@code too_large} if a connection might have no room for it
   */
  public Payload sent(Object message) {
    Payload data = protocol.payload(message);
    requireAtMost(settings.maxSentBytes(), protocol.typeOf(message).name(), data);
    return data;
  }

  /**
   * Checks a message that a client publishes.
   *
   * @throws RefusedException {@code too_large} if it exceeds the message size limit in another
   *     encoding
   */
  public void requirePublished(String type, @Nullable Payload data) {
    requireAtMost(settings.maxMessageBytes(), type, data);
  }

  private void requireAtMost(int most, String type, @Nullable Payload data) {
    int bytes = data == null ? 0 : encodings.largest(type, data, most);
    if (bytes > most) {
      throw new RefusedException(
          ErrorCode.TOO_LARGE,
          "data: %d bytes in its largest encoding (expected: at most %d)".formatted(bytes, most));
    }
  }

  /** Whether a connection that takes more has room for an entry. */
  boolean fits(Entry entry, Encoding encoding) {
    Payload data = entry.payload();
    int most = settings.maxSentBytes();
    return data == null
        || (long) data.bytes().length * Encodings.MAX_GROWTH <= most
        || encoding.dataBytes(entry.type(), data) <= most;
  }

  /**
   * Returns the part of a page that a reader can pass on. An entry that does not fit, and all
   * before it, are treated as no longer kept, so readers are told of the gap.
   */
  Page passable(Page page, Encoding encoding) {
    List<Entry> entries = page.entries();
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (!fits(entries.get(i), encoding)) {
        long first = entries.get(i).seq() + 1;
        return new Page(page.head(), first, entries.subList(i + 1, entries.size()), page.more());
      }
    }
    return page;
  }

  /** Returns the most bytes of a log that one answer contains. */
  public int pageBytes() {
    return Math.min(MAX_PAGE_BYTES, settings.maxPendingBytes() / 2);
  }

  /**
   * Returns the entries of a page that fit together into one answer, and of which each fits by
   * itself.
   *
   * @param forward whether to prefer the oldest entries
   */
  public List<Entry> together(Page page, Encoding encoding, boolean forward) {
    int most = pageBytes();
    List<Entry> all = forward ? page.entries() : page.entries().reversed();
    List<Entry> kept = new ArrayList<>(all.size());
    long bytes = 0;
    for (Entry entry : all) {
      if (fits(entry, encoding)) {
        bytes += bytes(entry, encoding);
        if (bytes > most && !kept.isEmpty()) {
          break;
        }
        kept.add(entry);
      }
    }
    return forward ? kept : kept.reversed();
  }

  /** Returns an upper bound of an entry's size. */
  private static int bytes(Entry entry, Encoding encoding) {
    String name =
        switch (entry.address()) {
          case Address.Room room -> room.name();
          case Address.User user -> user.name();
          case Address.Everyone everyone -> "";
        };
    Payload data = entry.payload();
    int names =
        name.length() + entry.type().length() + length(entry.from()) + length(entry.messageId());
    return 160 + 3 * names + (data == null ? 0 : encoding.dataBytes(entry.type(), data));
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
