package dev.switchboard.server;

import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Logs in memory: what an endpoint without a store uses. They end with the process, and a new
 * process has a new epoch, so that a client that comes back is told. At most 100,000 logs; when
 * there are more, the one not written to for the longest time goes, and is later begun under
 * another epoch. Thread-safe.
 */
public final class MemoryHistory implements HistoryStore {
  private static final int MAX_LOGS = 100_000;
  private static final int MAX_IDS = 100_000;
  private static final long DUPLICATE_WINDOW = 5 * 60_000L;

  private final Clock clock;
  private final String epoch = new BigInteger(48, new SecureRandom()).toString(36);
  private final LinkedHashMap<LogKey, Log> logs = new LinkedHashMap<>(16, 0.75f, true);
  private long forgotten;

  /** Empty logs that age by the system's clock. */
  public MemoryHistory() {
    this(Clock.systemUTC());
  }

  /** Empty logs that age by that clock. */
  public MemoryHistory(Clock clock) {
    this.clock = clock;
  }

  private record Key(@Nullable String from, String messageId) {}

  private record Known(long seq, long timestamp) {}

  private static final class Log {
    final String epoch;
    final ArrayDeque<Entry> entries = new ArrayDeque<>();
    final LinkedHashMap<Key, Known> ids = new LinkedHashMap<>();
    long head;
    long bytes;

    Log(String epoch) {
      this.epoch = epoch;
    }

    void add(Entry entry) {
      entries.add(entry);
      bytes += size(entry);
    }

    void removeFirst() {
      bytes -= size(entries.removeFirst());
    }

    private static long size(Entry entry) {
      byte[] data = entry.data();
      return data == null ? 0 : data.length;
    }

    long first() {
      return entries.isEmpty() ? head + 1 : entries.getFirst().seq();
    }
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
    Log log = logs.computeIfAbsent(publication.log(), key -> new Log(currentEpoch()));
    long now = clock.millis();
    if (publication.messageId() != null) {
      Key key = new Key(publication.from(), publication.messageId());
      Known known = log.ids.get(key);
      if (known != null) {
        return new Committed(new Position(log.epoch, known.seq), true);
      }
      log.ids.put(key, new Known(log.head + 1, now));
    }
    log.head++;
    log.add(publication.at(log.head));
    trim(log, publication, now);
    if (logs.size() > MAX_LOGS) {
      logs.remove(logs.keySet().iterator().next());
      forgotten++;
    }
    return new Committed(new Position(log.epoch, log.head), false);
  }

  private static void trim(Log log, Publication latest, long now) {
    Retention retention = latest.retention();
    long oldest = now - retention.ageMillis();
    while (!log.entries.isEmpty()
        && (log.entries.size() > retention.count()
            || log.entries.getFirst().timestamp() < oldest
            || log.bytes > retention.bytes())) {
      log.removeFirst();
    }
    long first = log.first();
    var ids = log.ids.entrySet().iterator();
    while (ids.hasNext()) {
      Known known = ids.next().getValue();
      boolean needed = known.seq >= first || known.timestamp > now - DUPLICATE_WINDOW;
      if (needed && log.ids.size() <= MAX_IDS) {
        return;
      }
      ids.remove();
    }
  }

  private String currentEpoch() {
    return forgotten == 0 ? epoch : epoch + "." + forgotten;
  }

  @Override
  public synchronized Position head(LogKey key) {
    Log log = logs.get(key);
    return log == null ? new Position(currentEpoch(), 0) : new Position(log.epoch, log.head);
  }

  @Override
  public synchronized Page after(LogKey key, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    Log log = logs.get(key);
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
    Log log = logs.get(key);
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
      left -= Log.size(entry);
      if (left < 0 && !entries.isEmpty()) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  /** Nothing to let go of. */
  @Override
  public void close() {}
}
