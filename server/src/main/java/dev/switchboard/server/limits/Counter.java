package dev.switchboard.server.limits;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts by name. A name whose count is zero is removed. Thread-safe. */
final class Counter {
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  /** Adds one to a name's count if it is below the limit. Returns whether it was. */
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

  /** Returns the number of names whose count is not zero. */
  int names() {
    return counts.size();
  }
}
