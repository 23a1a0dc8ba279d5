package dev.switchboard.server;

import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's options with their defaults; some are for typed endpoints only. Filled while the
 * endpoint is defined, only read after the server has started.
 */
final class Settings {
  /** More than what the keys around {@code data} make in any encoding. */
  static final int ENVELOPE = 1 << 10;

  /** What every client takes, by the spec. */
  private static final int EVERY_CLIENT_TAKES = 16 << 20;

  private final Retentions retentions = new Retentions();
  private final int least; // of maxPendingBytes, in messages of the largest kind
  private int maxMessageBytes;
  private int maxPendingBytes = 1 << 20;
  private long maxCatchUpBytes = Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 16);
  private int maxWaitingRooms = 200_000;
  private int maxRooms = 100;
  private int maxRoomsInAll = 100_000;
  private int maxConnectionsPerUser = 100;
  private int maxConnectionsPerAddress = 100_000;
  private Duration sessionTimeout = Duration.ofMinutes(2);
  private Duration presenceGrace = Duration.ofSeconds(5);
  private PresenceNotices presenceNotices = PresenceNotices.DEFAULT;
  private int lastSeenOf = 10_000;
  private Endpoint.Visibility visibility = (asker, user) -> true;
  private Heartbeat heartbeat = Heartbeat.DEFAULT;
  private Allowance.@Nullable Rate rate;
  private @Nullable UserBytes userBytes;
  private @Nullable Deflate deflate;
  private @Nullable Batching batching;
  private Duration idleTimeout = Duration.ZERO;
  private Duration stuckAfter = Duration.ofSeconds(10);
  private boolean everyoneMayBroadcast;

  private Settings(int maxMessageBytes, int least) {
    this.maxMessageBytes = maxMessageBytes;
    this.least = least;
  }

  /** What waits for a typed connection goes on from the log, so two messages must fit. */
  static Settings typed() {
    return new Settings(64 << 10, 2);
  }

  /** A raw connection is refused what does not fit. */
  static Settings raw() {
    return new Settings(1 << 20, 0);
  }

  WebSocketOptions webSocket() {
    return WebSocketOptions.builder()
        .maxFrameBytes(Math.max(125, maxMessageBytes))
        .maxMessageBytes(maxMessageBytes)
        .maxPendingBytes(maxPendingBytes())
        .heartbeat(heartbeat)
        .deflate(deflate)
        .batching(batching)
        .build();
  }

  static int within(String name, int value, int least, int most) {
    require(value >= least && value <= most, name, value, least + " to " + most);
    return value;
  }

  private static Duration notNegative(String name, Duration value) {
    require(!value.isNegative(), name, value, "not negative");
    return value;
  }

  private static void require(boolean good, String name, Object value, String rule) {
    if (!good) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + rule + ")");
    }
  }

  ServerMessages.Terms terms() {
    return new ServerMessages.Terms(
        heartbeat.interval().toMillis(), heartbeat.timeout().toMillis(), maxMessageBytes, maxRooms);
  }

  int maxMessageBytes() {
    return maxMessageBytes;
  }

  void maxMessageBytes(int bytes) {
    maxMessageBytes = within("maxMessageBytes", bytes, 128, 64 << 20);
    maxPendingBytes = Math.max(maxPendingBytes, least * bytes);
  }

  /**
   * The bound that is kept: the option counts what messages say, and two of them with their
   * envelopes must fit.
   */
  int maxPendingBytes() {
    return maxPendingBytes + least * ENVELOPE;
  }

  /**
   * The most {@code data} that server code may send, in whatever encoding: a connection that takes
   * more has room for it.
   */
  int maxSentBytes() {
    return Math.max(maxMessageBytes, Math.min(maxPendingBytes / 2, EVERY_CLIENT_TAKES - ENVELOPE));
  }

  void maxPendingBytes(int bytes) {
    require(
        bytes >= Math.max(1, least * maxMessageBytes),
        "maxPendingBytes",
        bytes,
        "at least "
            + Math.max(1, least * maxMessageBytes)
            + ", as maxMessageBytes is "
            + maxMessageBytes);
    maxPendingBytes = bytes;
  }

  /** What is read from logs and on its way to all who are behind; beyond it a piece for each. */
  long maxCatchUpBytes() {
    return maxCatchUpBytes;
  }

  /** For tests: less than a sixteenth of the heap. */
  void maxCatchUpBytes(long bytes) {
    maxCatchUpBytes = bytes;
  }

  /**
   * The rooms of all sessions together that wait for their clients: what a session keeps is mostly
   * their names.
   */
  int maxWaitingRooms() {
    return maxWaitingRooms;
  }

  /** For tests: fewer. */
  void maxWaitingRooms(int rooms) {
    maxWaitingRooms = rooms;
  }

  int maxRooms() {
    return maxRooms;
  }

  void maxRooms(int rooms) {
    maxRooms = within("maxRooms", rooms, 1, 1_000);
  }

  int maxRoomsInAll() {
    return maxRoomsInAll;
  }

  void maxRoomsInAll(int rooms) {
    maxRoomsInAll = within("maxRoomsInAll", rooms, 1, Integer.MAX_VALUE);
  }

  /** Zero for none. */
  Duration idleTimeout() {
    return idleTimeout;
  }

  void idleTimeout(Duration timeout) {
    require(timeout.compareTo(Duration.ofMillis(1)) >= 0, "idleTimeout", timeout, "1 ms or more");
    idleTimeout = timeout;
  }

  Duration stuckAfter() {
    return stuckAfter;
  }

  void stuckAfter(Duration limit) {
    require(limit.compareTo(Duration.ofMillis(1)) >= 0, "stuckAfter", limit, "1 ms or more");
    stuckAfter = limit;
  }

  int maxConnectionsPerUser() {
    return maxConnectionsPerUser;
  }

  void maxConnectionsPerUser(int connections) {
    maxConnectionsPerUser = within("maxConnectionsPerUser", connections, 1, Integer.MAX_VALUE);
  }

  int maxConnectionsPerAddress() {
    return maxConnectionsPerAddress;
  }

  void maxConnectionsPerAddress(int connections) {
    maxConnectionsPerAddress =
        within("maxConnectionsPerAddress", connections, 1, Integer.MAX_VALUE);
  }

  Duration sessionTimeout() {
    return sessionTimeout;
  }

  void sessionTimeout(Duration timeout) {
    sessionTimeout = notNegative("sessionTimeout", timeout);
  }

  Duration presenceGrace() {
    return presenceGrace;
  }

  void presenceGrace(Duration grace) {
    presenceGrace = notNegative("presenceGrace", grace);
  }

  PresenceNotices presenceNotices() {
    return presenceNotices;
  }

  void presenceNotices(PresenceNotices notices) {
    presenceNotices = notices;
  }

  int lastSeenOf() {
    return lastSeenOf;
  }

  void lastSeenOf(int users) {
    lastSeenOf = within("lastSeenOf", users, 0, 10_000_000);
  }

  Endpoint.Visibility visibility() {
    return visibility;
  }

  void visibility(Endpoint.Visibility rule) {
    visibility = rule;
  }

  void heartbeat(Heartbeat beat) {
    heartbeat = beat;
  }

  void deflate(Deflate how) {
    deflate = how;
  }

  void batching(Batching how) {
    batching = how;
  }

  Retentions retentions() {
    return retentions;
  }

  Allowance.@Nullable Rate rate() {
    return rate;
  }

  void rate(Allowance.Rate newRate) {
    rate = newRate;
  }

  @Nullable UserBytes userBytes() {
    return userBytes;
  }

  void userBytes(UserBytes newUserBytes) {
    userBytes = newUserBytes;
  }

  boolean everyoneMayBroadcast() {
    return everyoneMayBroadcast;
  }

  void everyoneMayBroadcast(boolean may) {
    everyoneMayBroadcast = may;
  }
}
