package dev.switchboard.server;

import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.Payload;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores logs in memory; the default when a server has no other store. The logs are lost when the
 * process ends. A new process uses a new epoch, so returning clients are told of the loss.
 * Thread-safe.
 *
 * <p>All logs together use at most a quarter of the heap, or {@code maxBytes} if given. When they
 * exceed that, or there are more than 100,000 of them, logs without readers are dropped, least
 * recently used first; a dropped log starts again under another epoch. Logs with readers are kept.
 * If those alone exceed the limit, the largest one drops its oldest entries and finally the ids by
 * which it recognizes duplicates.
 */
public final class MemoryHistory implements HistoryStore {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryHistory.class);
  private static final int MAX_LOGS = 100_000;
  private static final int MAX_IDS = 100_000;

  /** The heap space of a log, an entry and an id besides their bytes, rounded up. */
  private static final int LOG_BYTES = 500;

  private static final int ENTRY_BYTES = 250;
  private static final int ID_BYTES = 250;
  private static final long DUPLICATE_WINDOW = Limits.MIN_REMEMBERED_TIME;

  private final Clock clock;
  private final String epoch = new BigInteger(48, new SecureRandom()).toString(36);
  private final long maxBytes;
  private final PruningTime time = new PruningTime(0, System.nanoTime(), LOG::error);

  // Guarded by this. A log is in one of the two maps: unread is in order of access.
  private final LinkedHashMap<LogKey, Log> unread = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<LogKey, Log> read = new HashMap<>();
  private long bytes; // estimated heap space of all logs
  private long forgotten; // dropped logs so far; part of the epoch of those begun since

  /** Creates an empty store that ages entries by the system clock. */
  public MemoryHistory() {
    this(Clock.systemUTC());
  }

  /** Creates an empty store that ages entries by this clock. */
  public MemoryHistory(Clock clock) {
    this(clock, Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * Creates an empty store that ages entries by this clock.
   *
   * @param maxBytes the maximum heap space of all logs together, 1 or more
   */
  public MemoryHistory(Clock clock, long maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: 1 or more)");
    }
    this.clock = clock;
    this.maxBytes = maxBytes;
  }

  /** What identifies a publication: the same sender's same message id is a duplicate. */
  private record Key(@Nullable String from, String messageId) {}

  /** The position and time of a publication that a duplicate is compared with. */
  private record Known(long seq, long timestamp) {}

  /** One log. Guarded by the store. */
  private final class Log {
    final String epoch;
    final ArrayDeque<Entry> entries = new ArrayDeque<>(1);
    final LinkedHashMap<Key, Known> ids = new LinkedHashMap<>();
    long head; // seq of the last entry ever appended; 0 before the first
    long dataBytes; // data of the kept entries, as retention counts it
    long heapBytes; // estimated heap space of the log

    Log(String epoch) {
      this.epoch = epoch;
      grow(LOG_BYTES);
    }

    private void grow(long more) {
      heapBytes += more;
      bytes += more;
    }

    void add(Entry entry) {
      entries.add(entry);
      dataBytes += size(entry);
      grow(heapBytes(entry));
    }

    void removeFirst() {
      Entry entry = entries.removeFirst();
      dataBytes -= size(entry);
      grow(-heapBytes(entry));
    }

    void know(Key key, Known known) {
      ids.put(key, known);
      grow(ID_BYTES + 2L * key.messageId.length());
    }

    void forgetFirstId() {
      Key key = ids.pollFirstEntry().getKey();
      grow(-ID_BYTES - 2L * key.messageId.length());
    }

    long first() {
      return entries.isEmpty() ? head + 1 : entries.getFirst().seq();
    }
  }

  private static long size(Entry entry) {
    byte[] data = entry.data();
    return data == null ? 0 : data.length;
  }

  /**
   * Estimates an entry with its data in both encodings, as a payload keeps both once they were
   * asked for.
   */
  private static long heapBytes(Entry entry) {
    Payload payload = entry.payload();
    return ENTRY_BYTES + (payload == null ? 0 : size(entry) + payload.bytes().length);
  }

  @Override
  public boolean immediate() {
    return true;
  }

  @Override
  public synchronized List<Committed> append(List<Publication> batch) {
    if (batch.stream().anyMatch(Publication::fleeting)) {
      throw new IllegalArgumentException("fleeting: true (expected: false, to be kept)");
    }
    List<Committed> results = new ArrayList<>(batch.size());
    for (Publication publication : batch) {
      results.add(append(publication));
    }
    return results;
  }

  private Committed append(Publication publication) {
    Log log = log(publication.log());
    if (log == null) {
      log = new Log(currentEpoch());
      unread.put(publication.log(), log);
    }
    long now = time.of(clock.millis(), System.nanoTime());
    if (publication.messageId() != null) {
      Key key = new Key(publication.from(), publication.messageId());
      Known known = log.ids.get(key);
      if (known != null) {
        return new Committed(new Position(log.epoch, known.seq), true);
      }
      log.know(key, new Known(log.head + 1, now));
    }
    log.head++;
    log.add(publication.at(log.head));
    trim(log, publication, now);
    makeRoom(log);
    return new Committed(new Position(log.epoch, log.head), false);
  }

  /** Drops logs and entries until the store is within its limits, after a log has grown. */
  private void makeRoom(Log grown) {
    while (bytes > maxBytes || unread.size() + read.size() > MAX_LOGS) {
      Log eldest = unread.isEmpty() ? grown : unread.firstEntry().getValue();
      if (eldest == grown) { // no other log is without readers
        break;
      }
      unread.pollFirstEntry();
      bytes -= eldest.heapBytes;
      forgotten++;
    }
    while (bytes > maxBytes && shrink(largest(grown))) {}
  }

  private Log largest(Log one) {
    Log largest = one;
    for (Log other : read.values()) {
      if (other.heapBytes > largest.heapBytes) {
        largest = other;
      }
    }
    return largest;
  }

  /**
   * Drops a log's oldest entries until the limit holds. Drops a little more than necessary, as
   * finding the largest log takes time.
   *
   * @return whether anything was dropped
   */
  private boolean shrink(Log log) {
    long enough = bytes - maxBytes + maxBytes / 64;
    long before = bytes;
    while (before - bytes < enough && !log.entries.isEmpty()) {
      log.removeFirst();
    }
    while (bytes > maxBytes && log.entries.isEmpty() && !log.ids.isEmpty()) {
      log.forgetFirstId();
    }
    return bytes < before;
  }

  private static void trim(Log log, Publication latest, long now) {
    Retention retention = latest.retention();
    long oldest = now - retention.ageMillis();
    while (!log.entries.isEmpty()
        && (log.entries.size() > retention.count()
            || log.entries.getFirst().timestamp() < oldest
            || log.dataBytes > retention.bytes())) {
      log.removeFirst();
    }
    long first = log.first();
    while (!log.ids.isEmpty()) {
      Known known = log.ids.firstEntry().getValue();
      boolean needed = known.seq >= first || known.timestamp > now - DUPLICATE_WINDOW;
      if (needed && log.ids.size() <= MAX_IDS) {
        return;
      }
      log.forgetFirstId();
    }
  }

  private @Nullable Log log(LogKey key) {
    Log log = read.get(key);
    return log != null ? log : unread.get(key);
  }

  @Override
  public synchronized void retain(LogKey key) {
    if (!read.containsKey(key)) {
      Log log = unread.remove(key);
      read.put(key, log != null ? log : new Log(currentEpoch()));
    }
  }

  @Override
  public synchronized void release(LogKey key) {
    Log log = read.remove(key);
    if (log != null && log.head > 0) {
      unread.put(key, log);
    } else if (log != null) { // it was never written to, so nothing is lost
      bytes -= log.heapBytes;
    }
  }

  private String currentEpoch() {
    return forgotten == 0 ? epoch : epoch + "." + forgotten;
  }

  @Override
  public synchronized Position head(LogKey key) {
    Log log = log(key);
    return log == null ? new Position(currentEpoch(), 0) : new Position(log.epoch, log.head);
  }

  @Override
  public synchronized Page after(LogKey key, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    Log log = log(key);
    if (log == null) {
      return Page.after(new Position(currentEpoch(), 0), 1, List.of());
    }
    long skip = Math.clamp(seq, log.first() - 1, log.head) + 1 - log.first();
    List<Entry> entries = cut(log.entries.stream().skip(skip).iterator(), limit, bytes);
    return Page.after(new Position(log.epoch, log.head), log.first(), entries);
  }

  @Override
  public synchronized Page before(LogKey key, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    Log log = log(key);
    if (log == null) {
      return Page.before(new Position(currentEpoch(), 0), 1, List.of());
    }
    long skip = log.head + 1 - Math.clamp(seq, log.first(), log.head + 1);
    List<Entry> entries = cut(log.entries.reversed().stream().skip(skip).iterator(), limit, bytes);
    return Page.before(new Position(log.epoch, log.head), log.first(), entries.reversed());
  }

  private static List<Entry> cut(Iterator<Entry> from, int limit, long bytes) {
    List<Entry> entries = new ArrayList<>();
    long left = bytes;
    while (from.hasNext() && entries.size() < limit) {
      Entry entry = from.next();
      left -= size(entry);
      if (left < 0 && !entries.isEmpty()) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  /** Does nothing: there are no resources to release. */
  @Override
  public void close() {}
}
