package dev.switchboard.server.presence;

import dev.switchboard.spi.LastSeen;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** When the users of a single server were last seen, for those seen most recently. Thread-safe. */
public final class MemoryLastSeen implements LastSeen {
  private record Key(String space, String user) {}

  private final Map<Key, Instant> times; // guarded by itself; who was seen longest ago comes first

  /** Remembers so many users. */
  public MemoryLastSeen(int remembered) {
    this.times =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Instant> eldest) {
            return size() > remembered;
          }
        };
  }

  @Override
  public void put(String space, String user, Instant time) {
    Key key = new Key(space, user);
    synchronized (times) {
      Instant before = times.remove(key);
      times.put(key, before != null && before.isAfter(time) ? before : time);
    }
  }

  @Override
  public CompletionStage<Optional<Instant>> get(String space, String user) {
    synchronized (times) {
      return CompletableFuture.completedStage(Optional.ofNullable(times.get(new Key(space, user))));
    }
  }

  @Override
  public void close() {
    synchronized (times) {
      times.clear();
    }
  }
}
