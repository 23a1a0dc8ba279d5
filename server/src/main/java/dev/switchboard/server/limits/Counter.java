package dev.switchboard.server.limits;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts by name; a name that is at zero is forgotten. Thread-safe. */
final class Counter {
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  /** Whether it was below the limit, and is counted. */
  boolean add(String name, int limit) {
    boolean[] added = {false};
    counts.compute(
        name,
        (key, count) -> {
          int before = count == null ? 0 : count;
          added[0] = before < limit;
          return added[0] ? Integer.valueOf(before + 1) : count;
        });
    return added[0];
  }

  void remove(String name) {
    counts.computeIfPresent(name, (key, count) -> count > 1 ? count - 1 : null);
  }

  /** How many names are not at zero. */
  int names() {
    return counts.size();
  }
}
