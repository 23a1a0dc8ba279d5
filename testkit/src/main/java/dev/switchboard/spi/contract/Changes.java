package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A watcher that records changes, as {@code +ann 1}. */
final class Changes implements PresenceStore.Watcher {
  private final Map<LogKey, BlockingQueue<String>> told = new ConcurrentHashMap<>();

  /** Starts watching a store. */
  static Changes of(PresenceStore store) {
    Changes changes = new Changes();
    store.watch(changes);
    return changes;
  }

  private BlockingQueue<String> told(LogKey where) {
    return Objects.requireNonNull(
        told.computeIfAbsent(where, place -> new LinkedBlockingQueue<>()));
  }

  @Override
  public void changed(LogKey where, String user, boolean present, int count) {
    told(where).add((present ? "+" : "-") + user + " " + count);
  }

  private String next(LogKey where) {
    try {
      String next = told(where).poll(10, TimeUnit.SECONDS);
      assertThat(next).as("a change within 10 s").isNotNull();
      return Objects.requireNonNull(next);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** Expects these changes, now or soon, and no others. */
  void expect(LogKey where, String... changes) {
    for (String change : changes) {
      assertThat(next(where)).isEqualTo(change);
    }
    assertThat(told(where)).isEmpty();
  }

  /** Returns the changes before the user came. */
  List<String> before(LogKey where, String user) {
    List<String> all = new ArrayList<>();
    String next = next(where);
    while (!next.startsWith("+" + user + " ")) {
      all.add(next);
      next = next(where);
    }
    return all;
  }
}
