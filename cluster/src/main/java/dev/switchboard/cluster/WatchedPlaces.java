package dev.switchboard.cluster;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * The places of this server's users, and the watcher's only source. Thread-safe: one lock, under
 * which the watcher is called, gives each place its order. Memory grows with the users in these
 * places, on all servers.
 */
final class WatchedPlaces {
  private static final PresenceStore.Watcher NOBODY = (where, user, present, count) -> {};

  private final OwnPresence own;

  // All guarded by this.
  private final Map<LogKey, WatchedPlace> places = new HashMap<>();
  private final Set<LogKey> stale = new LinkedHashSet<>(); // events may have been missed
  private PresenceStore.Watcher watcher = NOBODY;
  private String self = ""; // the id of this server's lease
  private boolean settling; // servers may not have put their users in again

  WatchedPlaces(OwnPresence own) {
    this.own = own;
  }

  synchronized void watch(PresenceStore.Watcher newWatcher) {
    watcher = newWatcher;
  }

  /** Receives a notification. */
  void handle(String payload) {
    PresenceEvent event = PresenceEvent.parse(payload);
    synchronized (this) {
      WatchedPlace place = places.get(event.where());
      if (place != null) {
        place.changed(event, self);
      }
    }
  }

  /** Returns those of these places that have to be loaded first. Their events wait until then. */
  synchronized List<LogKey> begin(Collection<LogKey> used) {
    List<LogKey> fresh = new ArrayList<>();
    for (LogKey where : new HashSet<>(used)) {
      if (!places.containsKey(where)) {
        places.put(where, new WatchedPlace(where, own, watcher));
        stale.add(where); // in case that loading fails
      }
      if (stale.contains(where)) {
        fresh.add(where);
      }
    }
    return load(fresh);
  }

  /** Returns places whose events may have been missed. Their events wait until they are loaded. */
  synchronized List<LogKey> stale(int limit) {
    return load(stale.stream().limit(limit).toList());
  }

  private List<LogKey> load(List<LogKey> loading) {
    loading.forEach(where -> Objects.requireNonNull(places.get(where)).load());
    return loading;
  }

  /** Takes over what was loaded. */
  void loaded(Map<LogKey, WatchedPlace.Snapshot> snapshots) {
    snapshots.forEach(this::loaded); // the lock is free in between, as a place may be large
  }

  private synchronized void loaded(LogKey where, WatchedPlace.Snapshot snapshot) {
    stale.remove(where);
    WatchedPlace place = places.get(where);
    if (place != null) {
      place.loaded(snapshot, !settling, self);
    }
  }

  /** Events may have been missed: all places have to be loaded again. */
  synchronized void missed() {
    stale.addAll(places.keySet());
  }

  /**
   * This server has a new lease. If it had one before, others may have lost theirs too.
   *
   * @param again whether it had one before
   */
  synchronized void renewed(UUID lease, boolean again) {
    self = lease.toString();
    if (again) {
      settling = true;
      missed();
    }
  }

  /** All servers that live have put their users in again. */
  synchronized void settled() {
    settling = false;
    missed();
  }

  /**
   * Forgets the places without users of this server. A place stays until the second call in which
   * it has none, so that one user who comes and goes does not cause it to be loaded each time.
   */
  synchronized void sweep() {
    places.values().removeIf(WatchedPlace::isLeft);
    stale.retainAll(places.keySet());
  }

  /** Returns the number of places, for tests. */
  synchronized int size() {
    return places.size();
  }
}
