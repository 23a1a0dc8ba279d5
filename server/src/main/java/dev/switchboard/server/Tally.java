package dev.switchboard.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts by name; a name that is at zero is forgotten. Thread-safe. */
final class Tally {
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  void add(String name) {
    counts.merge(name, 1, Integer::sum);
  }

  void remove(String name) {
    counts.computeIfPresent(name, (key, count) -> count > 1 ? count - 1 : null);
  }

  int count(String name) {
    return counts.getOrDefault(name, 0);
  }

  /** How many names are not at zero. */
  int names() {
    return counts.size();
  }
}
