package dev.switchboard.server.limits;

import java.time.Duration;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a typed endpoint was given besides its {@link Settings}. {@code SessionOptions} says what
 * each means, with its default and its limits. Immutable.
 */
public record SessionSettings(Sessions sessions, Presence presence, Publishing publishing) {
  /**
   * How long sessions wait, and how many rooms they have.
   *
   * @param timeout for the client to come back
   * @param maxRooms of one session
   * @param maxRoomsInAll that somebody is in
   * @param maxWaitingRooms of all sessions that wait together: what a session keeps is mostly their
   *     names
   */
  public record Sessions(Duration timeout, int maxRooms, int maxRoomsInAll, int maxWaitingRooms) {}

  /**
   * Who is told of whom.
   *
   * @param grace how long a user whose connections are lost is still present
   * @param above the largest room whose members are told at once of each who comes and goes
   * @param every how long that waits in larger rooms
   * @param names how many are named then
   * @param lastSeenOf of how many users it is known when they went
   * @param visibility whether the first user may know if the second is online
   */
  public record Presence(
      Duration grace,
      int above,
      Duration every,
      int names,
      int lastSeenOf,
      BiPredicate<String, String> visibility) {}

  /**
   * Who may publish how much, and what is kept and read again of it.
   *
   * @param rate of one connection; null for any
   * @param userBytes of one user; null for any number
   * @param everyoneMayBroadcast whether any client may publish to everyone
   * @param retentions what is kept of each log; not changed any more
   * @param maxCatchUpBytes what is read from logs and on its way to all who are behind; beyond it a
   *     piece for each
   */
  public record Publishing(
      Allowance.@Nullable Rate rate,
      @Nullable UserBytes userBytes,
      boolean everyoneMayBroadcast,
      Retentions retentions,
      long maxCatchUpBytes) {}
}
