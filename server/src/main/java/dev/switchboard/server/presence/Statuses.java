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
 * When users were last online, for those who left most recently, and which connections watch which
 * users. Thread-safe.
 */
public final class Statuses {
  /** If more connections watch a user, they are notified in batches instead of immediately. */
  private static final int MANY = 100;

  private final Map<String, Long> lastSeen; // guarded by itself; forgets who left first
  private final Map<String, Set<Feed>> watchers = new ConcurrentHashMap<>();
  private final Map<String, Boolean> untold = new ConcurrentHashMap<>(); // users with many watchers

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

  /** Records that a connection of the user has ended. */
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

  /** Notifies a user's watchers: immediately, or in the next batch if there are many. */
  void changed(String user, boolean online) {
    Set<Feed> all = watchers.getOrDefault(user, Set.of());
    if (all.size() > MANY) {
      untold.put(user, online);
    } else {
      tell(user, online, all);
    }
  }

  /** Notifies the watchers of users with many watchers of the latest status. */
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

  /** Returns the key under which notices about a user replace each other. */
  public Object key(String user) {
    return new FleetingPolicies.Key(this, "", user);
  }

  /** Returns the number of watched users. */
  public int watched() {
    return watchers.size();
  }
}
