package dev.switchboard.server;

import dev.switchboard.protocol.wire.Defaults;
import java.time.Duration;

/**
 * How the members of a room are told who comes and goes. In a room of up to {@code above} users
 * each is told at once; in a larger one, where that would be a message to all from each, all that
 * happened within a time is told in one message; so it is in small rooms while telling each at once
 * would be more than 20,000 messages within that time. Clients of ours make single events of it
 * again. Immutable.
 *
 * @param above largest room in which each is told
 * @param every how long news of a larger room wait for each other; 100 ms to a minute
 * @param names how many of those who came and went are named at most, 0–1,000; the rest is in the
 *     count
 */
public record PresenceNotices(int above, Duration every, int names) {
  /** Rooms above 100 users, once a second, with 100 names. */
  public static final PresenceNotices DEFAULT =
      new PresenceNotices(
          Defaults.LARGE_ROOM_USERS,
          Duration.ofMillis(Defaults.CHANGES_PERIOD),
          Defaults.CHANGED_USERS);

  /** Each at once, however large the room. */
  public static final PresenceNotices EACH =
      new PresenceNotices(Integer.MAX_VALUE, DEFAULT.every, DEFAULT.names);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is passed
   */
  public PresenceNotices {
    above = EndpointOptions.within("above", above, 0, Integer.MAX_VALUE);
    names = EndpointOptions.within("names", names, 0, 1_000);
    if (every.toMillis() < 100 || every.toMillis() > 60_000) {
      throw new IllegalArgumentException("every: " + every + " (expected: 100 ms to a minute)");
    }
  }
}
