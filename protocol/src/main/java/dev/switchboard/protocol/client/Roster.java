package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is in one room, as far as the server has said: at most the first 100 users, and how many
 * there are. Notices may be lost with a connection, and may come after an answer that includes
 * them, so what is known already is not reported again. Confined to the session's thread.
 */
final class Roster {
  private final String room;
  private final Effects effects;
  private List<String> members;
  private int count;

  Roster(String room, List<String> members, int count, Effects effects) {
    this.room = room;
    this.effects = effects;
    this.members = new ArrayList<>(members);
    this.count = count;
    tell();
  }

  /**
   * Applies the whole list, and reports what is different: each user, or in a room too large for
   * that, the count. {@code self} is not told of its own coming.
   */
  void replace(List<String> listed, int all, String self) {
    boolean before = complete();
    boolean changed = all != count;
    List<String> gone = members.stream().filter(user -> !listed.contains(user)).toList();
    List<String> came = listed.stream().filter(user -> !members.contains(user)).toList();
    members.removeAll(gone);
    members.addAll(came);
    count = all;
    if (before && complete()) {
      gone.forEach(user -> report(false, user));
      came.stream().filter(user -> !user.equals(self)).forEach(user -> report(true, user));
    } else if (changed) {
      effects.report(new Report.UsersChanged(room, List.of(), List.of(), count, true));
    }
    tell();
  }

  /** A user came or left. */
  void changed(Report.Presence notice) {
    one(notice.joined(), notice.user(), notice.count());
    tell();
  }

  /** Many came or left, of whom some are named; {@code self} is not told of its own coming. */
  void changed(Report.UsersChanged notice, String self) {
    for (String came : notice.joined()) {
      if (!came.equals(self)) {
        one(true, came, notice.count());
      }
    }
    notice.left().forEach(gone -> one(false, gone, notice.count()));
    count = notice.count();
    effects.report(notice);
    tell();
  }

  private void one(boolean joined, String user, int all) {
    boolean known = members.contains(user);
    boolean news = joined ? !known : known || !complete();
    count = all;
    if (!joined) {
      members.remove(user);
    } else if (!known && members.size() < Limits.MAX_LISTED_USERS) {
      members.add(user);
    }
    if (news) {
      report(joined, user);
    }
  }

  /** Whether nobody is missing in the list. */
  private boolean complete() {
    return members.size() == count;
  }

  private void report(boolean joined, String user) {
    effects.report(new Report.Presence(joined, room, user, count));
  }

  private void tell() {
    effects.report(new Report.Members(room, List.copyOf(members), count));
  }
}
