package dev.switchboard.server.presence;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The joins and leaves of a large room since its members were last notified. Guarded by the room's
 * key.
 */
final class PresenceBatch {
  private final Map<String, Boolean> changed = new LinkedHashMap<>();
  private final int most;
  private boolean more; // whether further users joined or left
  private int count; // the number of members

  PresenceBatch(int most) {
    this.most = most;
  }

  /** Adds a join or leave. A user who joined and left again is not mentioned. */
  void add(String user, boolean joined, int newCount) {
    count = newCount;
    Boolean before = changed.get(user);
    if (before != null && before != joined) {
      changed.remove(user);
    } else if (before == null && changed.size() < most) {
      changed.put(user, joined);
    } else {
      more |= before == null;
    }
  }

  /** Returns the notice to send. */
  Summary summary() {
    return new Summary(named(true), named(false), count, more);
  }

  private List<String> named(boolean joined) {
    List<String> names = new ArrayList<>();
    changed.forEach((user, came) -> {
      if (came == joined) {
        names.add(user);
      }
    });
    return names;
  }

  /**
   * The changes of a large room.
   *
   * @param more whether further users joined or left who are not named
   */
  record Summary(List<String> joined, List<String> left, int count, boolean more) {
    boolean isEmpty() {
      return joined.isEmpty() && left.isEmpty() && !more;
    }
  }
}
