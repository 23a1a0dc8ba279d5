package dev.switchboard.cluster;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.LogKey;
import java.util.Arrays;
import java.util.List;

/**
 * What one transaction changed in one place, or a part of that. Immutable.
 *
 * @param version grows with each transaction that changes the place
 * @param node the node that says so of its own users; empty if others say so of a dead one's
 * @param changes in the order in which they happened
 */
record PresenceEvent(long version, String node, LogKey where, List<Change> changes) {
  private static final int HEADER_LINES = 5;

  /** What happened to a user; as engines write it. */
  enum Kind {
    /** The user was nowhere in the place, and now is. */
    CAME('+'),
    /** The user is no longer in the place. */
    LEFT('-'),
    /** The user was in the place, and now is there at this node too. */
    HERE_TOO('>'),
    /** The user is in the place, but no longer at this node. */
    ELSEWHERE('<');

    private final char sign;

    Kind(char sign) {
      this.sign = sign;
    }

    static Kind of(char sign) {
      return Arrays.stream(values())
          .filter(kind -> kind.sign == sign)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("presence: sign: " + sign));
    }
  }

  /** A user of the node came or left. */
  record Change(Kind kind, String user) {}

  /** Reads a notification. */
  static PresenceEvent parse(String payload) {
    String[] lines = payload.split("\n", -1);
    List<Change> changes =
        Arrays.stream(lines, HEADER_LINES, lines.length)
            .map(line -> new Change(Kind.of(line.charAt(0)), line.substring(1)))
            .toList();
    LogKey where = new LogKey(lines[2], Columns.address(lines[3], lines[4]));
    return new PresenceEvent(Long.parseLong(lines[0]), lines[1], where, changes);
  }
}
