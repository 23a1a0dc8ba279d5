package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Records what is told of one place, as {@code +ann 1}. Thread-safe. */
public final class Told implements PresenceStore.Watcher {
  private final LogKey place;
  private final List<String> all = new ArrayList<>(); // guarded by this

  /** Creates a record of a place. */
  public Told(LogKey place) {
    this.place = place;
  }

  @Override
  public synchronized void changed(LogKey where, String user, boolean present, int count) {
    if (where.equals(place)) {
      all.add((present ? "+" : "-") + user + " " + count);
    }
  }

  /** Returns what was told so far. */
  public synchronized List<String> all() {
    return List.copyOf(all);
  }

  /** Expects these changes in all, now or soon. */
  public void expect(String... changes) {
    Waiting.until(() -> all().size() >= changes.length);
    assertThat(all()).containsExactly(changes);
  }

  /** Returns who is there after all that was told, each of which must have changed something. */
  public Set<String> present() {
    Set<String> present = new HashSet<>();
    for (String change : all()) {
      String user = change.substring(1, change.indexOf(' '));
      assertThat(change.charAt(0) == '+' ? present.add(user) : present.remove(user))
          .as(change)
          .isTrue();
      assertThat(change).endsWith(" " + present.size());
    }
    return present;
  }
}
