package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a client, other than a message. Subscribe with {@link
 * Client#events(Class, java.util.function.Consumer)}. All events are immutable.
 */
public sealed interface ClientEvent {

  /** The session is open. */
  record Opened(SessionInfo session) implements ClientEvent {}

  /**
   * The session is open, but the server was built from other types than this client ({@link
   * dev.switchboard.protocol.Protocol#withHash}). Nothing is refused for it. Reported once per
   * connection.
   *
   * @param server the hash of the server's types
   * @param client the hash of this client's types
   */
  record ProtocolMismatch(String server, String client) implements ClientEvent {}

  /** The connection has ended. {@code clean} tells whether both sides sent close frames. */
  record Closed(int code, String reason, boolean clean) implements ClientEvent {}

  /**
   * Something went wrong: a connection attempt failed, an error arrived that answers nothing, or a
   * handler threw an exception.
   */
  record Failed(Throwable cause) implements ClientEvent {}

  /**
   * A message arrived that breaks a rule of its type. No handler receives it.
   *
   * @param error the broken rule and where it is broken
   * @param type the message's type
   * @param data its JSON, or null if it has none
   */
  record ValidationError(InvalidMessageException error, String type, @Nullable String data)
      implements ClientEvent {}

  /**
   * A message arrived that could not be decrypted, or must not be trusted ({@link
   * ClientBuilder#encryption}). No handler receives it. All but {@code error} is what the server
   * says, and not proven.
   *
   * @param error why; only {@code UNKNOWN_KEY} may pass, when the key arrives
   * @param address the log it was published to; null if the server sent it to this client
   * @param seq its number in that log; 0 if it is in no log
   * @param type its type's name
   * @param from the user who published it; null if the server did
   * @param messageId the publisher's ID for it; null if none was given
   */
  record DecryptionFailed(
      DecryptionException error,
      @Nullable Address address,
      long seq,
      String type,
      @Nullable String from,
      @Nullable String messageId)
      implements ClientEvent {}

  /** A reconnect attempt starts, counted from 1. */
  record ReconnectAttempt(int attempt) implements ClientEvent {}

  /** Reconnecting succeeded. */
  record ReconnectSuccess(int attempt) implements ClientEvent {}

  /** The client gave up reconnecting or was refused for good. */
  record ReconnectFailed(int attempt) implements ClientEvent {}

  /**
   * A room was joined, or joined again by the client itself.
   *
   * @param seq the room's last message at that time
   * @param members at most 100
   * @param count how many users are in the room
   */
  record RoomJoined(String room, long seq, List<String> members, int count)
      implements ClientEvent {}

  /**
   * The client is no longer in this room.
   *
   * @param why the server's reason, if it removed the user or refused to let it join again; null if
   *     the application left
   */
  record RoomLeft(String room, @Nullable RefusedException why) implements ClientEvent {}

  /** Another user joined a room. In a large room this may be reported up to a second late. */
  record UserJoined(String room, String user, int count) implements ClientEvent {}

  /** Another user left a room. */
  record UserLeft(String room, String user, int count) implements ClientEvent {}

  /**
   * The list of a room's members or their count has changed: the client has joined the room, a user
   * came or left, or the client has asked after a lost connection.
   *
   * @param members at most 100
   */
  record Members(String room, List<String> members, int count) implements ClientEvent {}

  /**
   * What has changed in a large room since the last report. It follows a {@link UserJoined} or
   * {@link UserLeft} for each named user.
   *
   * @param joined users who joined; not necessarily all of them
   * @param left users who left; not necessarily all of them
   * @param count how many users are in the room
   * @param more whether other users, who are not named, joined or left
   */
  record UsersChanged(String room, List<String> joined, List<String> left, int count, boolean more)
      implements ClientEvent {}

  /** A user passed to {@link Client#watch} went online or offline. */
  record StatusChanged(UserStatus status) implements ClientEvent {}

  /**
   * Messages of this log were missed that the server can't send again. Its history may still have
   * them.
   */
  record Gap(Address log) implements ClientEvent {}

  /** The server answered a ping. */
  record Heartbeat(Duration roundTrip) implements ClientEvent {}

  /** The server did not answer a ping in time; the client drops the connection. */
  record HeartbeatTimeout() implements ClientEvent {}

  /**
   * The server has taken a token that was sent in a message: the first one with {@link
   * ClientBuilder#tokenAsMessage}, and each that was renewed. A token in the upgrade request is
   * taken if the connection opens.
   *
   * @param expiresIn for how long it is good; null for ever
   * @param renewed whether another was taken before on this connection
   */
  record Authenticated(String user, @Nullable Duration expiresIn, boolean renewed)
      implements ClientEvent {}

  /**
   * The server has not taken a token, or the {@link TokenSupplier} gave none.
   *
   * @param again whether the client tries again by itself; if not, it stops, unless the server lets
   *     guests in
   */
  record AuthFailed(String message, boolean again) implements ClientEvent {}

  /**
   * The proof of who the user is expires after that time. A client with a {@link TokenSupplier}
   * renews it now; another will be closed with 4001, and come back.
   */
  record AuthExpiring(Duration expiresIn) implements ClientEvent {}

  /** The server is about to close the connection; the client reconnects after this time. */
  record GoingAway(Duration after) implements ClientEvent {}

  /**
   * A message from the outbox, or one passed to {@link Channel#enqueue}, will not be delivered: the
   * server refused it for good, or it waited too long.
   *
   * @param data its JSON, or null if it has none; a JSON string of what was encrypted
   */
  record Undelivered(
      String type,
      String messageId,
      @Nullable String data,
      dev.switchboard.protocol.SwitchboardException cause)
      implements ClientEvent {}

  /** The client's statistics, reported at an interval while it is connected. */
  record PerformanceMetric(Statistics statistics) implements ClientEvent {}

  /**
   * A line of the debug log ({@link ClientBuilder#debug()}): {@code >} sent, {@code <} received,
   * {@code =} reported to handlers, {@code *} about the socket. Secrets are masked.
   */
  record Debug(String line) implements ClientEvent {}
}
