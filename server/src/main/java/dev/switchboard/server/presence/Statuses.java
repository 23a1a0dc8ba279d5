package dev.switchboard.server.presence;

import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import dev.switchboard.server.delivery.Broadcast;
import dev.switchboard.server.delivery.Feed;
import dev.switchboard.server.delivery.FleetingPolicies;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When users were last online, of those who went last, and which connections want to hear when they
 * come and go. Thread-safe.
 */
public final class Statuses {
  /** More watchers than these are told how a user is now and then, not at each coming and going. */
  private static final int MANY = 100;

  private final Map<String, Long> lastSeen; // guarded by itself; who went first is forgotten first
  private final Map<String, Set<Feed>> watchers = new ConcurrentHashMap<>();
  private final Map<String, Boolean> untold = new ConcurrentHashMap<>(); // of whom many watch

  public Statuses(int remembered) {
    this.lastSeen =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > remembered;
          }
        };
  }

  /** A connection of the user has ended. */
  public void seen(String user, long now) {
    synchronized (lastSeen) {
      lastSeen.remove(user);
      lastSeen.put(user, now);
    }
  }

  public UserState state(String user, boolean online) {
    long last = 0;
    if (!online) {
      synchronized (lastSeen) {
        last = lastSeen.getOrDefault(user, 0L);
      }
    }
    return new UserState(user, online, last);
  }

  public void watch(String user, Feed feed) {
    watchers.compute(
        user,
        (name, present) -> {
          Set<Feed> all = present == null ? ConcurrentHashMap.newKeySet() : present;
          all.add(feed);
          return all;
        });
  }

  public void unwatch(String user, Feed feed) {
    watchers.computeIfPresent(
        user,
        (name, all) -> {
          all.remove(feed);
          return all.isEmpty() ? null : all;
        });
  }

  /** Tells those who watch the user: at once, or if they are many, with what waits. */
  void changed(String user, boolean online) {
    Set<Feed> all = watchers.getOrDefault(user, Set.of());
    if (all.size() > MANY) {
      untold.put(user, online);
    } else {
      tell(user, online, all);
    }
  }

  /** Tells how those are now who are watched by many. */
  void tellWaiting() {
    for (String user : untold.keySet()) {
      untold.computeIfPresent(
          user,
          (name, online) -> {
            tell(name, online, watchers.getOrDefault(name, Set.of()));
            return null;
          });
    }
  }

  private void tell(String user, boolean online, Set<Feed> all) {
    List<Feed> told = List.copyOf(all);
    if (!told.isEmpty()) {
      Broadcast notice =
          Broadcast.notice(
              ServerMessages.userStatus(null, List.of(state(user, online))),
              key(user),
              null,
              told.size());
      told.forEach(feed ->
          feed.onLoop(() -> {
            feed.offer(null, notice);
            notice.done();
          }));
    }
  }

  /** What news of a user replaces, and is replaced by. */
  public Object key(String user) {
    return new FleetingPolicies.Key(this, "", user);
  }

  /** How many users somebody watches. */
  public int watched() {
    return watchers.size();
  }
}
