package dev.switchboard.cluster.redis;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A batch as the keys and arguments of {@code append.lua}. Confined to one call. */
final class AppendCall {
  private static final byte[] NOTHING = {};
  private static final long DUPLICATE_MILLIS = Duration.ofMinutes(5).toMillis();
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();

  private final Map<LogKey, Bounds> logs = new LinkedHashMap<>();
  private final List<byte[]> publications = new ArrayList<>();
  private long prunedAt; // the time by which this batch prunes; set by the constructor

  /** What is kept of a log: of its publications in a batch, the last one says. */
  private static final class Bounds {
    final int number;
    long newest = Long.MIN_VALUE; // of the timestamps
    Retention retention = Retention.DEFAULT; // of the last publication

    Bounds(int number) {
      this.number = number;
    }
  }

  AppendCall(List<Publication> batch, PruningTime time) {
    for (Publication publication : batch) {
      Bounds log = logs.computeIfAbsent(publication.log(), key -> new Bounds(logs.size() + 1));
      log.newest = Math.max(log.newest, publication.timestamp());
      log.retention = publication.retention();
      byte[] data = publication.data();
      publications.add(RedisScript.bytes(log.number));
      publications.add(id(publication));
      publications.add(RedisScript.bytes(publication.timestamp()));
      publications.add(RedisScript.bytes(data == null ? 0 : data.length));
      publications.add(StoredEntry.write(publication, data));
    }
    for (Bounds log : logs.values()) {
      prunedAt = time.of(log.newest, System.nanoTime());
    }
  }

  /** Returns what no two publications to a log have in common; empty if that is not known. */
  private static byte[] id(Publication publication) {
    String id = publication.messageId();
    return id == null
        ? NOTHING
        : RedisScript.bytes(Columns.publisher(publication.from()) + '\n' + id);
  }

  byte[][] keys() {
    List<byte[]> keys = new ArrayList<>();
    keys.add(Keys.STORE);
    logs.keySet().forEach(log -> keys.add(Keys.log(log)));
    return keys.toArray(byte[][]::new);
  }

  /**
   * Returns the arguments.
   *
   * @param maxBytes how much all logs may hold
   * @param timeKept the time that is stored as that of the last pruning
   */
  byte[][] arguments(long maxBytes, long timeKept) {
    List<byte[]> all = new ArrayList<>();
    all.add(RedisScript.bytes(maxBytes));
    all.add(Math.abs(prunedAt - timeKept) < MINUTE ? NOTHING : RedisScript.bytes(prunedAt));
    for (Bounds log : logs.values()) {
      Retention retention = log.retention;
      all.add(RedisScript.bytes(retention.count()));
      all.add(RedisScript.bytes(before(prunedAt, retention.ageMillis())));
      all.add(RedisScript.bytes(retention.bytes()));
      all.add(RedisScript.bytes(before(prunedAt, DUPLICATE_MILLIS)));
    }
    all.addAll(publications);
    return all.toArray(byte[][]::new);
  }

  private static long before(long time, long millis) {
    return time < Long.MIN_VALUE + millis ? Long.MIN_VALUE : time - millis;
  }

  long prunedAt() {
    return prunedAt;
  }
}
