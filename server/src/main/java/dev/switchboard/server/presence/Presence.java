package dev.switchboard.server.presence;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which places the users of this server are in. Several sessions of a user count as one, and a user
 * whose last connection is lost stays for a grace period, so nobody notices a reconnect. The store
 * knows of all servers, and is told when a user enters or leaves a place. Thread-safe; time is an
 * argument.
 */
public final class Presence {
  private static final CompletionStage<@Nullable Void> KNOWN =
      CompletableFuture.completedStage(null);

  private final Map<LogKey, Map<String, Member>> places = new ConcurrentHashMap<>();
  private final Deque<Leaving> leaving =
      new ArrayDeque<>(); // guarded by itself; by time, as the grace period is constant
  private final long graceMillis;
  private final PresenceStore store;

  private record Leaving(LogKey place, String user, long at) {}

  private static final class Member {
    int sessions; // how many of them are connected; changed under the place's key
    long goneSince; // when the last of them was lost; changed under the place's key
  }

  public Presence(long graceMillis, PresenceStore store) {
    this.graceMillis = graceMillis;
    this.store = store;
  }

  /** Adds one of a user's sessions to a place. Completes when everybody who asks is told so. */
  public CompletionStage<? extends @Nullable Object> enter(LogKey place, String user) {
    CompletableFuture<CompletionStage<?>> told = new CompletableFuture<>();
    places.compute(
        place,
        (key, present) -> {
          Map<String, Member> members = present == null ? new HashMap<>(4) : present;
          Member member = members.get(user);
          if (member == null) {
            member = new Member();
            members.put(user, member);
            told.complete(store.enter(place, user));
          }
          member.sessions++;
          return members;
        });
    return told.getNow(KNOWN);
  }

  /** Removes one of a user's sessions from a place for good. */
  public void leave(LogKey place, String user) {
    places.computeIfPresent(
        place,
        (key, members) -> {
          Member member = members.get(user);
          if (member != null && --member.sessions <= 0) {
            forget(place, members, user);
          }
          return members.isEmpty() ? null : members;
        });
  }

  /**
   * Removes a session whose connection was lost; the user stays in the place for the grace period.
   */
  public void lose(LogKey place, String user, long now) {
    places.computeIfPresent(
        place,
        (key, members) -> {
          Member member = members.get(user);
          if (member != null && --member.sessions <= 0) {
            member.goneSince = now;
            synchronized (leaving) {
              leaving.add(new Leaving(place, user, now));
            }
          }
          return members;
        });
  }

  /**
   * Removes users whose grace period is over. Call it often; its cost is proportional to what is
   * due.
   */
  public void tick(long now) {
    while (true) {
      Leaving next;
      synchronized (leaving) {
        next = leaving.peek();
        if (next == null || now - next.at < graceMillis) {
          return;
        }
        leaving.remove();
      }
      expire(next);
    }
  }

  private void expire(Leaving due) {
    places.computeIfPresent(
        due.place,
        (key, members) -> {
          Member member = members.get(due.user);
          if (member != null && member.sessions <= 0 && member.goneSince == due.at) {
            forget(due.place, members, due.user);
          }
          return members.isEmpty() ? null : members;
        });
  }

  private void forget(LogKey place, Map<String, Member> members, String user) {
    members.remove(user);
    CompletionStage<?> unused = store.leave(place, user); // the store completes what it was told
  }

  /** Returns the number of places with a user of this server. */
  public int places() {
    return places.size();
  }
}
