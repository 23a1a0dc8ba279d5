package dev.switchboard.server.presence;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who came to a large room and who left it since its members were told. Guarded by its room. */
final class PresenceBatch {
  private final Map<String, Boolean> changed = new LinkedHashMap<>();
  private final int most;
  private boolean more;
  private int count;

  PresenceBatch(int most) {
    this.most = most;
  }

  /** Whoever came and left again is no news. */
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

  /** What to tell. */
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
   * What became of a large room.
   *
   * @param more whether others came or left who are not named
   */
  record Summary(List<String> joined, List<String> left, int count, boolean more) {
    boolean isEmpty() {
      return joined.isEmpty() && left.isEmpty() && !more;
    }
  }
}
