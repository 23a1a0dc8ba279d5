package dev.switchboard.server.presence;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The presence store of a single server. A place is changed, and the watcher notified, under the
 * lock of its key; reads take no lock, and their cost depends only on the size of the result.
 * Thread-safe.
 */
public final class MemoryPresence implements PresenceStore {
  private static final Watcher NOBODY = (where, user, present, count) -> {};

  private final Map<LogKey, Place> places = new ConcurrentHashMap<>();

  /** The listener for changes. Written by {@link #watch}, read by any thread. */
  private volatile Watcher watcher = NOBODY;

  /** The users of one place, in both orders. Changed by one thread at a time. */
  private static final class Place {
    final NavigableMap<String, Long> byName = new ConcurrentSkipListMap<>(BY_NAME);
    final NavigableMap<Long, String> byArrival = new ConcurrentSkipListMap<>();
    long arrivals; // the number of the last arrival; changed under the place's key
    final AtomicInteger count = new AtomicInteger();

    boolean add(String user) {
      if (byName.putIfAbsent(user, arrivals + 1) != null) {
        return false;
      }
      byArrival.put(++arrivals, user);
      count.incrementAndGet();
      return true;
    }

    boolean remove(String user) {
      Long arrival = byName.remove(user);
      if (arrival == null) {
        return false;
      }
      byArrival.remove(arrival);
      count.decrementAndGet();
      return true;
    }
  }

  @Override
  public void watch(Watcher newWatcher) {
    watcher = newWatcher;
  }

  @Override
  public CompletionStage<Void> enter(LogKey where, String user) {
    places.compute(
        where,
        (key, present) -> {
          Place place = present == null ? new Place() : present;
          if (place.add(user)) {
            watcher.changed(where, user, true, place.count.get());
          }
          return place;
        });
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> leave(LogKey where, String user) {
    places.computeIfPresent(
        where,
        (key, place) -> {
          if (place.remove(user)) {
            watcher.changed(where, user, false, place.count.get());
          }
          return place.count.get() == 0 ? null : place;
        });
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Users> first(LogKey where, int limit) {
    Place place = places.get(where);
    return users(place, place == null ? List.of() : place.byArrival.values(), limit);
  }

  @Override
  public CompletionStage<Users> after(LogKey where, String name, int limit) {
    Place place = places.get(where);
    return users(
        place, place == null ? List.of() : place.byName.tailMap(name, false).keySet(), limit);
  }

  /**
   * Returns the first names. Users may enter or leave meanwhile, so the count is corrected to be at
   * least the number of names.
   */
  private static CompletionStage<Users> users(
      @Nullable Place place, Collection<String> from, int limit) {
    List<String> names = from.stream().limit(limit).toList();
    int count = place == null ? 0 : place.count.get();
    return CompletableFuture.completedFuture(new Users(names, Math.max(count, names.size())));
  }

  @Override
  public CompletionStage<Boolean> has(LogKey where, String user) {
    Place place = places.get(where);
    return CompletableFuture.completedFuture(place != null && place.byName.containsKey(user));
  }

  /** Returns the number of places with somebody in them. */
  int places() {
    return places.size();
  }

  @Override
  public void close() {
    places.clear();
  }
}
