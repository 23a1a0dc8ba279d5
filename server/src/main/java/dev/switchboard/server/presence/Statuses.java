package dev.switchboard.server.presence;

import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import dev.switchboard.server.delivery.Broadcast;
import dev.switchboard.server.delivery.Feed;
import dev.switchboard.server.delivery.FleetingPolicies;
import dev.switchboard.spi.LastSeen;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which connections watch which users, and what they are told. Thread-safe.
 *
 * <p>Whoever goes offline is told with the time they were last seen, which may have to be read
 * first. Meanwhile they are looked up; if they come back, nobody is told that they were away.
 */
public final class Statuses {
  /** If more connections watch a user, they are notified in batches instead of immediately. */
  private static final int MANY = 100;

  private final String space;
  private final LastSeen lastSeen;
  private final AtomicLong lookups = new AtomicLong();
  private final Map<String, Long> lookedUp = new ConcurrentHashMap<>(); // told under their keys
  private final Map<String, Set<Feed>> watchers = new ConcurrentHashMap<>();
  private final Map<String, Boolean> untold = new ConcurrentHashMap<>(); // users with many watchers

  /**
   * Creates the watches of an endpoint.
   *
   * @param space the endpoint's path
   * @param lastSeen remembers when users were last seen
   */
  public Statuses(String space, LastSeen lastSeen) {
    this.space = space;
    this.lastSeen = lastSeen;
  }

  /** Records that a connection of the user has ended. */
  public void seen(String user, long timestamp) {
    lastSeen.put(space, user, Instant.ofEpochMilli(timestamp));
  }

  /** Returns a user's status, with the time they were last seen if they are offline. */
  public CompletionStage<UserState> state(String user, boolean online) {
    return online
        ? CompletableFuture.completedStage(new UserState(user, true, 0))
        : lastSeen
            .get(space, user)
            .thenApply(
                time -> new UserState(user, false, time.map(Instant::toEpochMilli).orElse(0L)));
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
    int number = watchers.getOrDefault(user, Set.of()).size();
    if (number > MANY) {
      untold.put(user, online);
    } else if (number > 0) {
      tell(user, online);
    }
  }

  /** Notifies the watchers of users with many watchers of the latest status. */
  void tellWaiting() {
    for (String user : untold.keySet()) {
      untold.computeIfPresent(
          user,
          (name, online) -> {
            tell(name, online);
            return null;
          });
    }
  }

  private void tell(String user, boolean online) {
    if (online) {
      lookedUp.compute(
          user,
          (name, lookup) -> {
            tell(new UserState(name, true, 0));
            return null;
          });
      return;
    }
    Long lookup = lookups.incrementAndGet();
    lookedUp.put(user, lookup);
    state(user, false)
        .whenComplete((state, failure) ->
            lookedUp.computeIfPresent(
                user,
                (name, latest) -> {
                  if (!latest.equals(lookup)) {
                    return latest;
                  }
                  tell(failure == null ? state : new UserState(name, false, 0));
                  return null;
                }));
  }

  private void tell(UserState state) {
    List<Feed> told = List.copyOf(watchers.getOrDefault(state.user(), Set.of()));
    if (!told.isEmpty()) {
      Broadcast notice =
          Broadcast.notice(
              ServerMessages.userStatus(null, List.of(state)),
              key(state.user()),
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
