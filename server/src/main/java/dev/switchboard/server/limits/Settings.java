package dev.switchboard.server.limits;

import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import java.time.Duration;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's options with their defaults; some are for typed endpoints only. Filled while the
 * endpoint is defined, only read after the server has started.
 */
public final class Settings {
  /** More than what the keys around {@code data} make in any encoding. */
  public static final int ENVELOPE = 1 << 10;

  /** Default of {@link #noticesAbove}. */
  public static final int NOTICES_ABOVE = 100;

  /** Default of {@link #noticesEvery}. */
  public static final Duration NOTICES_EVERY = Duration.ofSeconds(1);

  /** Default of {@link #noticesNames}. */
  public static final int NOTICES_NAMES = 100;

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
  private int noticesAbove = NOTICES_ABOVE;
  private Duration noticesEvery = NOTICES_EVERY;
  private int noticesNames = NOTICES_NAMES;
  private int lastSeenOf = 10_000;
  private BiPredicate<String, String> visibility = (asker, user) -> true;
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
  public static Settings typed() {
    return new Settings(64 << 10, 2);
  }

  /** A raw connection is refused what does not fit. */
  public static Settings raw() {
    return new Settings(1 << 20, 0);
  }

  public WebSocketOptions webSocket() {
    return WebSocketOptions.builder()
        .maxFrameBytes(Math.max(125, maxMessageBytes))
        .maxMessageBytes(maxMessageBytes)
        .maxPendingBytes(maxPendingBytes())
        .heartbeat(heartbeat)
        .deflate(deflate)
        .batching(batching)
        .build();
  }

  public static int within(String name, int value, int least, int most) {
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

  public ServerMessages.Terms terms() {
    return new ServerMessages.Terms(
        heartbeat.interval().toMillis(), heartbeat.timeout().toMillis(), maxMessageBytes, maxRooms);
  }

  public int maxMessageBytes() {
    return maxMessageBytes;
  }

  public void maxMessageBytes(int bytes) {
    maxMessageBytes = within("maxMessageBytes", bytes, 128, 64 << 20);
    maxPendingBytes = Math.max(maxPendingBytes, least * bytes);
  }

  /**
   * The bound that is kept: the option counts what messages say, and two of them with their
   * envelopes must fit.
   */
  public int maxPendingBytes() {
    return maxPendingBytes + least * ENVELOPE;
  }

  /**
   * The most {@code data} that server code may send, in whatever encoding: a connection that takes
   * more has room for it.
   */
  public int maxSentBytes() {
    return Math.max(maxMessageBytes, Math.min(maxPendingBytes / 2, EVERY_CLIENT_TAKES - ENVELOPE));
  }

  public void maxPendingBytes(int bytes) {
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
  public long maxCatchUpBytes() {
    return maxCatchUpBytes;
  }

  /** For tests: less than a sixteenth of the heap. */
  public void maxCatchUpBytes(long bytes) {
    maxCatchUpBytes = bytes;
  }

  /**
   * The rooms of all sessions together that wait for their clients: what a session keeps is mostly
   * their names.
   */
  public int maxWaitingRooms() {
    return maxWaitingRooms;
  }

  /** For tests: fewer. */
  public void maxWaitingRooms(int rooms) {
    maxWaitingRooms = rooms;
  }

  public int maxRooms() {
    return maxRooms;
  }

  public void maxRooms(int rooms) {
    maxRooms = within("maxRooms", rooms, 1, 1_000);
  }

  public int maxRoomsInAll() {
    return maxRoomsInAll;
  }

  public void maxRoomsInAll(int rooms) {
    maxRoomsInAll = within("maxRoomsInAll", rooms, 1, Integer.MAX_VALUE);
  }

  /** Zero for none. */
  public Duration idleTimeout() {
    return idleTimeout;
  }

  public void idleTimeout(Duration timeout) {
    require(timeout.compareTo(Duration.ofMillis(1)) >= 0, "idleTimeout", timeout, "1 ms or more");
    idleTimeout = timeout;
  }

  public Duration stuckAfter() {
    return stuckAfter;
  }

  public void stuckAfter(Duration limit) {
    require(limit.compareTo(Duration.ofMillis(1)) >= 0, "stuckAfter", limit, "1 ms or more");
    stuckAfter = limit;
  }

  public int maxConnectionsPerUser() {
    return maxConnectionsPerUser;
  }

  public void maxConnectionsPerUser(int connections) {
    maxConnectionsPerUser = within("maxConnectionsPerUser", connections, 1, Integer.MAX_VALUE);
  }

  public int maxConnectionsPerAddress() {
    return maxConnectionsPerAddress;
  }

  public void maxConnectionsPerAddress(int connections) {
    maxConnectionsPerAddress =
        within("maxConnectionsPerAddress", connections, 1, Integer.MAX_VALUE);
  }

  public Duration sessionTimeout() {
    return sessionTimeout;
  }

  public void sessionTimeout(Duration timeout) {
    sessionTimeout = notNegative("sessionTimeout", timeout);
  }

  public Duration presenceGrace() {
    return presenceGrace;
  }

  public void presenceGrace(Duration grace) {
    presenceGrace = notNegative("presenceGrace", grace);
  }

  /** Largest room whose members are told at once of each who comes and goes. */
  public int noticesAbove() {
    return noticesAbove;
  }

  /** How long that waits in larger rooms. */
  public Duration noticesEvery() {
    return noticesEvery;
  }

  /** How many are named then. */
  public int noticesNames() {
    return noticesNames;
  }

  public void notices(int above, Duration every, int names) {
    noticesAbove = above;
    noticesEvery = every;
    noticesNames = names;
  }

  public int lastSeenOf() {
    return lastSeenOf;
  }

  public void lastSeenOf(int users) {
    lastSeenOf = within("lastSeenOf", users, 0, 10_000_000);
  }

  /** Whether the first user may know if the second is online. */
  public BiPredicate<String, String> visibility() {
    return visibility;
  }

  public void visibility(BiPredicate<String, String> rule) {
    visibility = rule;
  }

  public void heartbeat(Heartbeat beat) {
    heartbeat = beat;
  }

  public void deflate(Deflate how) {
    deflate = how;
  }

  public void batching(Batching how) {
    batching = how;
  }

  public Retentions retentions() {
    return retentions;
  }

  public Allowance.@Nullable Rate rate() {
    return rate;
  }

  public void rate(Allowance.Rate newRate) {
    rate = newRate;
  }

  public @Nullable UserBytes userBytes() {
    return userBytes;
  }

  public void userBytes(UserBytes newUserBytes) {
    userBytes = newUserBytes;
  }

  public boolean everyoneMayBroadcast() {
    return everyoneMayBroadcast;
  }

  public void everyoneMayBroadcast(boolean may) {
    everyoneMayBroadcast = may;
  }
}
