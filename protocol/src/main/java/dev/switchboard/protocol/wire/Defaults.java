package dev.switchboard.protocol.wire;

/**
 * What holds unless a client or server is configured otherwise ({@code
 * spec/protocol.md#14-numbers}).
 */
public final class Defaults {
  // generated: defaults, by spec/Generate.java from spec/protocol.json
  /** {@code limits.message}: the largest message that a server accepts. */
  public static final int MESSAGE_BYTES = 65_536;

  /** {@code limits.rooms}: how many rooms a session can be in. */
  public static final int ROOMS = 100;

  /** {@code heartbeat.interval}: the silence after which a side sends a ping. In milliseconds. */
  public static final int HEARTBEAT_INTERVAL = 25_000;

  /** {@code heartbeat.timeout}: how long the other side has to send anything. In milliseconds. */
  public static final int HEARTBEAT_TIMEOUT = 10_000;

  /** How long a user without a connection still counts as present. In milliseconds. */
  public static final int PRESENCE_GRACE = 5000;

  /** In a room of more users, a server reports who comes and goes in {@code users_changed}. */
  public static final int LARGE_ROOM_USERS = 100;

  /** The period that one {@code users_changed} covers. In milliseconds. */
  public static final int CHANGES_PERIOD = 1000;

  /** Most users that one {@code users_changed} names. */
  public static final int CHANGED_USERS = 100;

  /** The size of a page of {@code history} if the request has no {@code limit}. */
  public static final int PAGE_ENTRIES = 50;

  /** How long a session without a connection can be resumed. In milliseconds. */
  public static final int SESSION_TIMEOUT = 120_000;

  /** How long closing may take, including what the server still has to answer. In milliseconds. */
  public static final int CLOSE_TIMEOUT = 5000;

  /**
   * The upper bound of a client's first wait before it reconnects. It doubles with each attempt. In
   * milliseconds.
   */
  public static final int RECONNECT_DELAY = 1000;

  /** The upper bound of all those waits. In milliseconds. */
  public static final int MAX_RECONNECT_DELAY = 30_000;

  // end of defaults

  private Defaults() {}
}
