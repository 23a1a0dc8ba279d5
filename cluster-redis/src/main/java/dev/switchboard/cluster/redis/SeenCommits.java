package dev.switchboard.cluster.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last commit that this server has seen of each stretch of the store's history. Redis may lose
 * its last commits when it crashes or another one takes over; from this it is found out, for all
 * logs at once, because what is lost is always the end ({@code settle.lua}). Thread-safe.
 *
 * <p>Usually that is one stretch, the current one. Others are there until a new connection has
 * settled them.
 */
final class SeenCommits {
  private static final int MAX_STRETCHES = 100;

  /** A stretch, and a commit in it. */
  record Seen(String stretch, long commit) {}

  private final Map<String, Long> last = new LinkedHashMap<>(); // guarded by this
  private String current =
      ""; // the stretch of the connection that was opened last; guarded by this

  /** There was this commit. */
  synchronized void saw(String stretch, long commit) {
    if (stretch.isEmpty()) {
      return; // a server that has not connected yet
    }
    last.merge(stretch, commit, Math::max);
    if (last.size() > MAX_STRETCHES) {
      last.remove(last.keySet().iterator().next());
    }
  }

  /** Returns everything that has to be settled. */
  synchronized List<Seen> all() {
    List<Seen> all = new ArrayList<>();
    last.forEach((stretch, commit) -> all.add(new Seen(stretch, commit)));
    return all;
  }

  /** Returns the last commit of the current stretch, for the other servers. */
  synchronized Seen current() {
    return new Seen(current, last.getOrDefault(current, 0L));
  }

  /** A new connection has settled these; from now on its stretch is the current one. */
  synchronized void settled(List<Seen> all, String stretch, long commit) {
    all.forEach(seen -> last.remove(seen.stretch, seen.commit));
    current = stretch;
    saw(stretch, commit);
  }
}
