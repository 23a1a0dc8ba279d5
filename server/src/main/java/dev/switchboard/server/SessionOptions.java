package dev.switchboard.server;

import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.wire.Defaults;
import dev.switchboard.server.limits.Allowance;
import dev.switchboard.server.limits.Retentions;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.server.limits.UserBytes;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a typed endpoint lets you choose besides: its sessions, rooms, logs and who is told of whom.
 * Confined to one thread, until the server starts; then it is fixed.
 *
 * @param <E> the endpoint
 */
public abstract class SessionOptions<E extends SessionOptions<E>> extends EndpointOptions<E> {
  private final Retentions retentions = new Retentions();
  private int maxRooms = Defaults.ROOMS;
  private int maxRoomsInAll = 100_000;
  private int maxWaitingRooms = 200_000;
  private Duration sessionTimeout = Duration.ofMillis(Defaults.SESSION_TIMEOUT);
  private Duration presenceGrace = Duration.ofMillis(Defaults.PRESENCE_GRACE);
  private PresenceNotices presenceNotices = PresenceNotices.DEFAULT;
  private int lastSeenOf = 10_000;
  private Visibility visibility = (asker, user) -> true;
  private boolean everyoneMayBroadcast;
  private Allowance.@Nullable Rate rate;
  private @Nullable UserBytes userBytes;
  private long maxCatchUpBytes = Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 16);

  /** What waits for a connection goes on from the log, so two messages must fit. */
  SessionOptions() {
    super(Defaults.MESSAGE_BYTES, 2, true);
  }

  /** Decides whose status somebody may know. */
  @FunctionalInterface
  public interface Visibility {
    /**
     * Whether {@code asker} may know if {@code user} is online. If not, the user seems never to
     * have been. Called on event loops: it must return at once, and not throw.
     */
    boolean maySee(String asker, String user);
  }

  /** Most rooms of one session. Default 100. */
  public E maxRooms(int rooms) {
    return set(() -> maxRooms = within("maxRooms", rooms, 1, Limits.MAX_ROOMS));
  }

  /**
   * Most rooms that somebody is in on this server. Default 100,000; joining one more is refused as
   * {@code unavailable}.
   */
  public E maxRoomsInAll(int rooms) {
    return set(() -> maxRoomsInAll = within("maxRoomsInAll", rooms, 1, Integer.MAX_VALUE));
  }

  /** How long a session waits for its client to come back. Default 2 minutes. */
  public E sessionTimeout(Duration timeout) {
    return set(() -> sessionTimeout = notNegative("sessionTimeout", timeout));
  }

  /** How long a user whose connections are lost is still shown as present. Default 5 seconds. */
  public E presenceGrace(Duration grace) {
    return set(() -> presenceGrace = notNegative("presenceGrace", grace));
  }

  /** How members of a room are told who comes and goes. Default {@link PresenceNotices#DEFAULT}. */
  public E presenceNotices(PresenceNotices notices) {
    return set(() -> presenceNotices = notices);
  }

  /**
   * Of how many users who went is remembered when they were last online; in memory, those who went
   * last. Default 10,000.
   */
  public E lastSeenOf(int users) {
    return set(() -> lastSeenOf = within("lastSeenOf", users, 0, 10_000_000));
  }

  /**
   * Whose status clients may ask for and watch. Default: everybody's. Lists of who is in a room, or
   * online, do not ask this.
   */
  public E statusVisible(Visibility rule) {
    return set(() -> visibility = rule);
  }

  /** How much is kept of each log not named otherwise. Default {@link Retention#DEFAULT}. */
  public E retention(Retention retention) {
    return set(() -> retentions.others(retention));
  }

  /**
   * How much is kept of some rooms. The first that was given and matches holds.
   *
   * @param rooms a name, or a pattern where {@code *} stands for any characters: {@code news.*}
   */
  public E retention(String rooms, Retention retention) {
    return set(() -> retentions.rooms(rooms, retention));
  }

  /** How much is kept of each user's inbox. Default: as of any other log. */
  public E inboxRetention(Retention retention) {
    return set(() -> retentions.inboxes(retention));
  }

  /** Whether any client may publish to everyone. Default no; server code always may. */
  public E everyoneMayBroadcast(boolean may) {
    return set(() -> everyoneMayBroadcast = may);
  }

  /**
   * How many messages one connection may send in a time, and at once; one to several rooms counts
   * once for each. Default: any number. Beyond it {@code rate_limited}; who goes on is closed with
   * 4029.
   */
  public E rate(int messages, Duration per) {
    return set(() -> rate = new Allowance.Rate(messages, per));
  }

  /**
   * How many bytes one user may publish to logs in a time, and at once, over all connections: the
   * data and 256 for each message, once for each room. What hooks add to it, what server code
   * publishes and fleeting messages don't count. Default: any number. Beyond it {@code
   * rate_limited}. Counted in memory, for the 100,000 users who published last: a restart begins
   * anew, and several servers count each for itself.
   */
  public E bytesPerUser(long bytes, Duration per) {
    return set(() -> userBytes = new UserBytes(bytes, per));
  }

  // What follows is for this package.

  /** For tests: fewer rooms of sessions that wait. */
  void maxWaitingRooms(int rooms) {
    maxWaitingRooms = rooms;
  }

  /** For tests: less than a sixteenth of the heap. */
  void maxCatchUpBytes(long bytes) {
    maxCatchUpBytes = bytes;
  }

  SessionSettings sessionSettings() {
    return new SessionSettings(
        new SessionSettings.Sessions(sessionTimeout, maxRooms, maxRoomsInAll, maxWaitingRooms),
        new SessionSettings.Presence(
            presenceGrace,
            presenceNotices.above(),
            presenceNotices.every(),
            presenceNotices.names(),
            lastSeenOf,
            visibility::maySee),
        new SessionSettings.Publishing(
            rate, userBytes, everyoneMayBroadcast, retentions, maxCatchUpBytes));
  }
}
