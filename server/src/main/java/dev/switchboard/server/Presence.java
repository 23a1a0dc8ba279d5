package dev.switchboard.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which room, per user: many sessions of a user count as one, and a user whose last
 * connection was lost stays for a grace time, so that a reconnect is not seen by anyone. What
 * others are told comes out of {@link News}. Thread-safe; time is an argument.
 */
final class Presence {
  private final Map<String, Members> rooms = new ConcurrentHashMap<>();
  private final Deque<Leaving> leaving =
      new ArrayDeque<>(); // guarded by itself; in the order of their time, as grace is one value
  private final Set<String> untold = ConcurrentHashMap.newKeySet(); // large rooms with news
  private final long graceMillis;
  private final PresenceNotices notices;
  private final News news;
  private long toldAt; // confined to whoever ticks

  /** What others are told. Called while the room is locked, so it must not block nor call back. */
  interface News {
    /**
     * The user is now in the room, or no more; {@code count} is the number of its users after that.
     */
    void changed(String room, String user, boolean joined, int count);

    /** So many have come to a large room, or left it. */
    default void changed(String room, Comings.Summary summary) {}
  }

  /** A snapshot: at most some members, in the order of joining, and the number of all. */
  record Snapshot(List<String> members, int count) {}

  private record Leaving(String room, String user, long at) {}

  private static final class Members {
    final LinkedHashMap<String, Member> byUser = new LinkedHashMap<>();
    @Nullable Comings untold;
  }

  private static final class Member {
    int sessions;
    long goneSince;
  }

  Presence(long graceMillis, PresenceNotices notices, long now, News news) {
    this.graceMillis = graceMillis;
    this.notices = notices;
    this.toldAt = now;
    this.news = news;
  }

  private void tell(String room, Members members, String user, boolean joined) {
    int count = members.byUser.size();
    Comings comings = members.untold;
    if (comings == null && count <= notices.above()) {
      news.changed(room, user, joined, count);
      return;
    }
    if (comings == null) {
      comings = new Comings(notices.names());
      members.untold = comings;
      untold.add(room);
    }
    comings.add(user, joined);
  }

  private void tellOfLargeRooms() {
    for (String room : Set.copyOf(untold)) {
      untold.remove(room);
      rooms.computeIfPresent(
          room,
          (name, members) -> {
            Comings comings = members.untold;
            members.untold = null;
            if (comings != null) {
              Comings.Summary summary = comings.summary(members.byUser.size());
              if (!summary.isEmpty()) {
                news.changed(room, summary);
              }
            }
            return members;
          });
    }
  }

  /** A session of the user is in the room. */
  void enter(String room, String user) {
    rooms.compute(
        room,
        (name, present) -> {
          Members members = present == null ? new Members() : present;
          Member member = members.byUser.get(user);
          if (member == null) {
            member = new Member();
            members.byUser.put(user, member);
            tell(room, members, user, true);
          }
          member.sessions++;
          return members;
        });
  }

  /** A session of the user has left the room for good. */
  void leave(String room, String user) {
    rooms.computeIfPresent(
        room,
        (name, members) -> {
          Member member = members.byUser.get(user);
          if (member != null && --member.sessions <= 0) {
            members.byUser.remove(user);
            tell(room, members, user, false);
          }
          return members.byUser.isEmpty() ? null : members;
        });
  }

  /** A session of the user lost its connection; it may be back soon. */
  void lose(String room, String user, long now) {
    rooms.computeIfPresent(
        room,
        (name, members) -> {
          Member member = members.byUser.get(user);
          if (member != null && --member.sessions <= 0) {
            member.goneSince = now;
            synchronized (leaving) {
              leaving.add(new Leaving(room, user, now));
            }
          }
          return members;
        });
  }

  /**
   * Ends the grace of those who have not come back, and tells what is due. Call it often; it costs
   * what is due.
   */
  void tick(long now) {
    endGrace(now);
    long waited = now - toldAt;
    if (waited < 0 || waited >= notices.every().toMillis()) { // the clock may be set back
      toldAt = now;
      tellOfLargeRooms();
    }
  }

  private void endGrace(long now) {
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
    rooms.computeIfPresent(
        due.room,
        (name, members) -> {
          Member member = members.byUser.get(due.user);
          if (member != null && member.sessions <= 0 && member.goneSince == due.at) {
            members.byUser.remove(due.user);
            tell(due.room, members, due.user, false);
          }
          return members.byUser.isEmpty() ? null : members;
        });
  }

  /** Who is in the room: the first so many. */
  Snapshot members(String room, int limit) {
    List<String> members = new ArrayList<>();
    int[] count = {0};
    rooms.computeIfPresent(
        room,
        (name, present) -> {
          present.byUser.keySet().stream().limit(limit).forEach(members::add);
          count[0] = present.byUser.size();
          return present;
        });
    return new Snapshot(members, count[0]);
  }

  /** Who is in the room, in the order of names, behind that name. */
  Snapshot sorted(String room, String after, int limit) {
    List<String> all = new ArrayList<>();
    rooms.computeIfPresent(
        room,
        (name, present) -> {
          all.addAll(present.byUser.keySet());
          return present;
        });
    return new Snapshot(
        all.stream().filter(user -> user.compareTo(after) > 0).sorted().limit(limit).toList(),
        all.size());
  }

  /** Whether the user is in the room, the grace time included. */
  boolean has(String room, String user) {
    boolean[] here = {false};
    rooms.computeIfPresent(
        room,
        (name, present) -> {
          here[0] = present.byUser.containsKey(user);
          return present;
        });
    return here[0];
  }

  /** How many rooms have somebody in them. */
  int rooms() {
    return rooms.size();
  }
}
