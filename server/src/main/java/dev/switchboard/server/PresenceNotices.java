package dev.switchboard.server;

import dev.switchboard.protocol.wire.Defaults;
import java.time.Duration;

/**
 * How a room's members are told who joins and leaves. Immutable.
 *
 * <p>In a room of up to {@code above} users, members are told of each change at once. In a larger
 * room, where the messages would grow with the square of its size, all changes within {@code every}
 * are sent in one message. The same happens in small rooms while telling each change at once would
 * take more than 20,000 messages within that time. Switchboard clients turn such a message back
 * into single events.
 *
 * @param above the largest room whose members are told of each change at once, 0 or more
 * @param every how long changes in a larger room are collected, 100 ms to a minute
 * @param names the maximum number of users who are named in one message as having joined or left,
 *     0–1,000; the others are only counted
 */
public record PresenceNotices(int above, Duration every, int names) {
  /** Collects changes in rooms above 100 users, for a second and with up to 100 names. */
  public static final PresenceNotices DEFAULT =
      new PresenceNotices(
          Defaults.LARGE_ROOM_USERS,
          Duration.ofMillis(Defaults.CHANGES_PERIOD),
          Defaults.CHANGED_USERS);

  /** Tells each change at once, however large the room. */
  public static final PresenceNotices EACH =
      new PresenceNotices(Integer.MAX_VALUE, DEFAULT.every, DEFAULT.names);

  /**
   * Validates the limits.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public PresenceNotices {
    above = EndpointOptions.within("above", above, 0, Integer.MAX_VALUE);
    names = EndpointOptions.within("names", names, 0, 1_000);
    if (every.toMillis() < 100 || every.toMillis() > 60_000) {
      throw new IllegalArgumentException("every: " + every + " (expected: 100 ms to a minute)");
    }
  }
}
