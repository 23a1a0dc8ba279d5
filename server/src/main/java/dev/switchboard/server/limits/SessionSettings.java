package dev.switchboard.server.limits;

import java.time.Duration;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The settings that only a typed endpoint has, besides its {@link Settings}. {@code SessionOptions}
 * documents each, with its default and limits. Immutable.
 */
public record SessionSettings(Sessions sessions, Presence presence, Publishing publishing) {
  /**
   * How long sessions wait, and how many rooms they may have.
   *
   * @param timeout how long a session waits for its client to come back
   * @param maxRooms the most rooms of one session
   * @param maxRoomsInAll the most rooms with members
   * @param maxWaitingRooms the most rooms of all waiting sessions together; a waiting session's
   *     memory is mostly their names
   */
  public record Sessions(Duration timeout, int maxRooms, int maxRoomsInAll, int maxWaitingRooms) {}

  /**
   * Who is notified about whom.
   *
   * @param grace how long a user whose connections are lost still counts as present
   * @param above the size of the largest room whose members are notified immediately of each join
   *     and leave
   * @param every how long notices wait in larger rooms
   * @param names how many users such a notice names
   * @param lastSeenOf for how many users the time they were last seen is remembered
   * @param visibility whether the first user may see if the second is online
   * @param listed whether clients may list the users who are online
   */
  public record Presence(
      Duration grace,
      int above,
      Duration every,
      int names,
      int lastSeenOf,
      BiPredicate<String, String> visibility,
      boolean listed) {}

  /**
   * Who may publish how much, and how much of it is kept and read again.
   *
   * @param userBytes the byte limit of one user; null for none
   * @param rules what clients may publish, and where
   * @param encrypted where messages are encrypted; no longer changed
   * @param retentions how much of each log is kept; no longer changed
   * @param maxCatchUpBytes the most bytes read from logs that are on their way to connections that
   *     are behind; above it, each gets one piece at a time
   */
  public record Publishing(
      @Nullable UserBytes userBytes,
      PublishRules rules,
      EncryptedAddresses encrypted,
      Retentions retentions,
      long maxCatchUpBytes) {}
}
