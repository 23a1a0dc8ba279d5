package dev.switchboard.protocol;

/**
 * Limits that hold for every client and server. A server's configuration can't change them ({@code
 * spec/protocol.md#14-numbers}).
 */
public final class Limits {
  // generated: limits, by spec/Generate.java from spec/protocol.json
  /** Most rooms that {@code limits.rooms} allows a session. */
  public static final int MAX_ROOMS = 1000;

  /** Most characters in the name of a message type. */
  public static final int MAX_TYPE_CHARACTERS = 64;

  /** Most characters in an {@code id} that is a string. */
  public static final int MAX_ID_CHARACTERS = 64;

  /** Most characters in a {@code messageId}. */
  public static final int MAX_MESSAGE_ID_CHARACTERS = 64;

  /** Most bytes of UTF-8 in the name of a room or a user. */
  public static final int MAX_NAME_BYTES = 128;

  /** Most rooms that one message can be published to. */
  public static final int MAX_ADDRESSED_ROOMS = 100;

  /** Every client accepts messages with this much {@code data}. */
  public static final int MAX_DATA_BYTES = 16_777_216;

  /** A server remembers each {@code messageId} for at least this long. In milliseconds. */
  public static final int MIN_REMEMBERED_TIME = 300_000;

  /** Most users that a {@code room_joined} or {@code user_list} names. */
  public static final int MAX_LISTED_USERS = 100;

  /** Most users that one {@code user_status} asks for. */
  public static final int MAX_STATUS_USERS = 100;

  /** Most users whose status one connection watches. */
  public static final int MAX_WATCHED_USERS = 1000;

  /** Most characters in the token of {@code authenticate}. */
  public static final int MAX_TOKEN_CHARACTERS = 16_384;

  /** Most entries in a page of {@code history}, and most recent entries after a join. */
  public static final int MAX_PAGE_ENTRIES = 200;

  /** Most logs that one {@code resume} names: the rooms, the inbox, and everyone. */
  public static final int MAX_RESUMED_LOGS = 1002;

  /** Most bytes of UTF-8 in the reason of a close frame (RFC 6455 §5.5). */
  public static final int MAX_REASON_BYTES = 123;

  /** Longest wait before a reconnect that a server can ask a client for. In milliseconds. */
  public static final int MAX_ASKED_WAIT = 300_000;

  /**
   * A session that was open for this long starts the client's count of attempts over, whatever
   * ended the connection. In milliseconds.
   */
  public static final int SETTLED_TIME = 10_000;

  // end of limits

  private Limits() {}
}
