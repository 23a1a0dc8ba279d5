package dev.switchboard.server;

import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.wire.Defaults;
import dev.switchboard.server.limits.EncryptedAddresses;
import dev.switchboard.server.limits.PublishRules;
import dev.switchboard.server.limits.Rate;
import dev.switchboard.server.limits.Retentions;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.server.limits.UserBytes;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The further options of typed endpoints: sessions, rooms, logs and presence. Confined to one
 * thread until the server starts; fixed afterwards.
 *
 * @param <E> the endpoint
 */
public abstract class SessionOptions<E extends SessionOptions<E>> extends EndpointOptions<E> {
  private final Retentions retentions = new Retentions();
  private final PublishRules publishRules = new PublishRules();
  final EncryptedAddresses encrypted = new EncryptedAddresses();

  // The options: set by the methods of their names until the server starts, then only read.
  private int maxRooms = Defaults.ROOMS;
  private int maxRoomsInAll = 100_000;
  private int maxWaitingRooms = 200_000; // of all disconnected sessions together
  private Duration sessionTimeout = Duration.ofMillis(Defaults.SESSION_TIMEOUT);
  private Duration presenceGrace = Duration.ofMillis(Defaults.PRESENCE_GRACE);
  private PresenceNotices presenceNotices = PresenceNotices.DEFAULT;
  private int lastSeenOf = 10_000; // users
  private Visibility visibility = String::equals;
  private boolean onlineUsersListed;
  private @Nullable UserBytes userBytes; // set by bytesPerUser; null for no limit
  private long maxCatchUpBytes = Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 16);

  /**
   * Creates the default options. Two of the largest messages must fit into the pending bytes, as
   * entries beyond half of them wait in the log.
   */
  SessionOptions() {
    super(Defaults.MESSAGE_BYTES, 2, true);
    Duration burst = Duration.ofSeconds(10);
    rates(new Rate(10_000, burst), new Rate(128 << 20, burst), new Rate(5_000, burst));
  }

  /** Decides who may see whose status. */
  @FunctionalInterface
  public interface Visibility {
    /**
     * Returns whether {@code asker} may see whether {@code user} is online. If not, the user is
     * reported as never seen. Called on event loops, so it must return at once and not throw.
     */
    boolean maySee(String asker, String user);
  }

  /** Limits the rooms of one session. The default is 100. */
  public E maxRooms(int rooms) {
    return set(() -> maxRooms = within("maxRooms", rooms, 1, Limits.MAX_ROOMS));
  }

  /**
   * Limits the rooms with members on this server. The default is 100,000; joining a further room is
   * refused with {@code unavailable}.
   */
  public E maxRoomsInAll(int rooms) {
    return set(() -> maxRoomsInAll = within("maxRoomsInAll", rooms, 1, Integer.MAX_VALUE));
  }

  /** Sets how long a session waits for its client to return. The default is 2 minutes. */
  public E sessionTimeout(Duration timeout) {
    return set(() -> sessionTimeout = notNegative("sessionTimeout", timeout));
  }

  /**
   * Sets how long a user who has lost all connections is still shown as present. The default is 5
   * seconds.
   */
  public E presenceGrace(Duration grace) {
    return set(() -> presenceGrace = notNegative("presenceGrace", grace));
  }

  /**
   * Sets how a room's members are told who joins and leaves; {@link PresenceNotices#DEFAULT} by
   * default.
   */
  public E presenceNotices(PresenceNotices notices) {
    return set(() -> presenceNotices = notices);
  }

  /**
   * Limits for how many offline users the server remembers when they were last online. It keeps
   * those who left most recently, in memory. The default is 10,000. Has no effect if the cluster
   * remembers them.
   */
  public E lastSeenOf(int users) {
    return set(() -> lastSeenOf = within("lastSeenOf", users, 0, 10_000_000));
  }

  /**
   * Sets whose status clients may ask for and watch; only their own user's by default. The members
   * of a room see each other in any case.
   */
  public E statusVisible(Visibility rule) {
    return set(() -> visibility = rule);
  }

  /** Lets clients list all users who are online. By default they can list only a room's members. */
  public E clientsMayListOnlineUsers() {
    return set(() -> onlineUsersListed = true);
  }

  /**
   * Sets how much is kept of each log without a retention of its own; {@link Retention#DEFAULT} by
   * default.
   */
  public E retention(Retention retention) {
    return set(() -> retentions.others(retention));
  }

  /**
   * Sets how much is kept of some rooms. The first call that matches a room applies.
   *
   * @param rooms a name, or a pattern in which {@code *} matches any characters: {@code news.*}
   */
  public E retention(String rooms, Retention retention) {
    return set(() -> retentions.rooms(rooms, retention));
  }

  /** Sets how much is kept of each user's inbox; the same as of other logs by default. */
  public E inboxRetention(Retention retention) {
    return set(() -> retentions.inboxes(retention));
  }

  /**
   * Accepts only encrypted messages in some rooms ({@code spec/encryption.md}). Their data is a
   * text that this server can't read: it checks a message's size, type and address, and who may
   * publish it, but not what it says. Hooks and interceptors are not called for it, except {@link
   * Endpoint#onEncrypted}, which an endpoint with any of them must have. Server code can't publish
   * to such rooms. Elsewhere, encrypted messages are refused. None are encrypted by default.
   *
   * @param rooms a name, or a pattern as for {@link #retention(String, Retention)}
   */
  public E encrypted(String rooms) {
    return set(() -> encrypted.rooms(rooms));
  }

  /** Accepts only encrypted messages in users' inboxes; otherwise like {@link #encrypted}. */
  public E encryptedInboxes() {
    return set(encrypted::inboxes);
  }

  /**
   * Limits what the requests of one connection may cost within a period: 5 for a join, a page of
   * history, a list of users and a renewal of the credentials, 1 for a request of statuses. They
   * count as messages, too. Further requests are refused as by {@link #rate}. The default is 5,000
   * per 10 seconds, which is 100 joins per second.
   *
   * @throws IllegalArgumentException if the number or the time is not positive
   */
  public E requestRate(int cost, Duration per) {
    return set(() -> requests(Rate.of("requestRate", cost, per)));
  }

  /**
   * Limits how many bytes one user may publish to logs within a period, over all connections, which
   * is also the largest burst. A message counts its data plus 256 bytes, once for each room.
   * Messages added by hooks, messages from server code and fleeting messages do not count. There is
   * no limit by default. Further messages are refused with {@code rate_limited}.
   *
   * <p>Counted in memory, for the 100,000 users who published most recently: a restart resets the
   * counts, and each of several servers counts separately.
   */
  public E bytesPerUser(long bytes, Duration per) {
    return set(() -> userBytes = new UserBytes(bytes, per));
  }

  // Package-private from here on.

  /** Limits the rooms of disconnected sessions. For tests. */
  void maxWaitingRooms(int rooms) {
    maxWaitingRooms = rooms;
  }

  /** Limits the bytes read from logs for readers that are behind. For tests. */
  void maxCatchUpBytes(long bytes) {
    maxCatchUpBytes = bytes;
  }

  PublishRules publishRules() {
    return publishRules;
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
            visibility::maySee,
            onlineUsersListed),
        new SessionSettings.Publishing(
            userBytes, publishRules, encrypted, retentions, maxCatchUpBytes));
  }
}
