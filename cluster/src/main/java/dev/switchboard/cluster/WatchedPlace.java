package dev.switchboard.cluster;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place of this server's users, as its watcher has been told. Guarded by {@link WatchedPlaces}.
 *
 * <p>The watcher hears of what changes {@link #present}, and of nothing else. So whatever is
 * missed, repeated or read again, each arrival and departure is told once, and a count is always
 * that of the users who were told.
 */
public final class WatchedPlace {
  /** What the engine has of a place at one point in time: its version, all users, and ours. */
  public record Snapshot(long version, Set<String> present, Set<String> here) {}

  private final LogKey where;
  private final OwnPresence own;
  private final PresenceStore.Watcher watcher;

  private Set<String> present = new HashSet<>(); // the users as told, on all servers
  private Set<String> here = Set.of(); // this server's users in the engine, as of the last event
  private long loaded; // the version of the last snapshot, which has all events up to it
  private boolean fresh = true; // nothing was loaded yet
  private @Nullable List<PresenceEvent> waiting = new ArrayList<>(); // while it is loading, or null
  private boolean unused; // whether it was seen without users of this server

  WatchedPlace(LogKey where, OwnPresence own, PresenceStore.Watcher watcher) {
    this.where = where;
    this.own = own;
    this.watcher = watcher;
  }

  /** From now on events wait for a snapshot that is about to be read. */
  void load() {
    if (waiting == null) {
      waiting = new ArrayList<>();
    }
  }

  /** Applies an event. {@code self} is the id of this server's lease. */
  void changed(PresenceEvent event, String self) {
    if (waiting != null) {
      waiting.add(event);
    } else if (event.version() > loaded) {
      boolean ours = event.node().equals(self);
      event.changes().forEach(change -> changed(change, ours));
    }
  }

  private void changed(PresenceEvent.Change change, boolean ours) {
    String user = change.user();
    boolean arrival =
        change.kind() == PresenceEvent.Kind.CAME || change.kind() == PresenceEvent.Kind.HERE_TOO;
    boolean interested = isUsed(); // the last user here hears of its own departure, too
    if (ours && arrival) {
      here.add(user);
    } else if (ours) {
      here.remove(user);
    }
    interested |= isUsed();
    switch (change.kind()) {
      case CAME -> add(user, interested);
      case LEFT -> {
        // Others see off a user of this server if its lease ran out, or its arrival is on its way.
        if (ours || !own.has(where, user)) {
          remove(user, interested);
        }
      }
      case HERE_TOO, ELSEWHERE -> {}
    }
  }

  private boolean isUsed() {
    return !here.isEmpty() || own.hasAny(where);
  }

  private void add(String user, boolean tell) {
    if (present.add(user) && tell) {
      watcher.changed(where, user, true, present.size());
    }
  }

  private void remove(String user, boolean tell) {
    if (present.remove(user) && tell) {
      watcher.changed(where, user, false, present.size());
    }
  }

  /**
   * Tells the differences from a snapshot, and then what happened since. The first snapshot only
   * says who was there before this server had a user here.
   *
   * @param all whether the snapshot has everybody. Otherwise servers may not have put their users
   *     in again, and whoever is missing stays
   */
  void loaded(Snapshot snapshot, boolean all, String self) {
    here = new HashSet<>(snapshot.here());
    loaded = snapshot.version();
    if (fresh) {
      present = new HashSet<>(snapshot.present());
      fresh = false;
    } else {
      boolean interested = isUsed();
      snapshot.present().forEach(user -> add(user, interested));
      if (all) {
        List<String> gone =
            present.stream()
                .filter(user -> !snapshot.present().contains(user) && !own.has(where, user))
                .toList();
        gone.forEach(user -> remove(user, interested));
      }
    }
    List<PresenceEvent> since = waiting == null ? List.of() : waiting;
    waiting = null;
    since.forEach(event -> changed(event, self));
  }

  /** Returns whether it had no user of this server now, and at the last call. */
  boolean isLeft() {
    boolean before = unused;
    unused = !isUsed();
    return before && unused;
  }
}
