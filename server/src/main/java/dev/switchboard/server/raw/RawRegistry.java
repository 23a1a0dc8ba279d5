package dev.switchboard.server.raw;

import io.netty.util.collection.LongObjectHashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one raw endpoint by number. A connection's ID is derived from its number when
 * somebody asks for it. Thread-safe.
 */
final class RawRegistry {
  private final String prefix = UUID.randomUUID().toString().substring(0, 13) + "-";
  private final AtomicLong last = new AtomicLong();
  private final LongObjectHashMap<RawConnection> connections =
      new LongObjectHashMap<>(8, 0.75f); // guarded by itself

  /**
   * Spreads numbers over the map. Consecutive numbers would fill consecutive slots, and a removal
   * looks at all slots up to the next empty one.
   */
  private static long key(long number) {
    return number * 0x9E3779B97F4A7C15L; // odd, so that no two get the same
  }

  /** Returns a number for a new connection. */
  long next() {
    return last.incrementAndGet();
  }

  /** Returns the ID of a connection, which is unique across connections and servers. */
  String id(long number) {
    return prefix + Long.toHexString(number);
  }

  void add(RawConnection connection) {
    synchronized (connections) {
      connections.put(key(connection.number()), connection);
    }
  }

  void remove(RawConnection connection) {
    synchronized (connections) {
      connections.remove(key(connection.number()));
    }
  }

  @Nullable RawConnection find(String id) {
    if (!id.startsWith(prefix)) {
      return null;
    }
    try {
      long number = Long.parseLong(id, prefix.length(), id.length(), 16);
      synchronized (connections) {
        return connections.get(key(number));
      }
    } catch (NumberFormatException foreign) {
      return null;
    }
  }

  /** Returns a snapshot of the connections. */
  List<RawConnection> all() {
    synchronized (connections) {
      return List.copyOf(connections.values());
    }
  }

  int size() {
    synchronized (connections) {
      return connections.size();
    }
  }
}
