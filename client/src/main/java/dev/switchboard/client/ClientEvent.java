package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a client, messages aside. Subscribe with {@link Client#events(Class,
 * java.util.function.Consumer)}. All are immutable.
 */
public sealed interface ClientEvent {

  /** The session is open. */
  record Opened(SessionInfo session) implements ClientEvent {}

  /** The connection has ended. {@code clean} if close frames went both ways. */
  record Closed(int code, String reason, boolean clean) implements ClientEvent {}

  /**
   * Something went wrong: a connection that did not come about, an error that answers nothing, or
   * an exception from a handler.
   */
  record Failed(Throwable cause) implements ClientEvent {}

  /**
   * A message came that breaks a rule of its type; no handler got it.
   *
   * @param error which rule, and where
   * @param type the message's type
   * @param data its JSON, or null if it had none
   */
  record ValidationError(
      dev.switchboard.protocol.InvalidMessageException error, String type, @Nullable String data)
      implements ClientEvent {}

  /** An attempt to come back begins, counted from 1. */
  record ReconnectAttempt(int attempt) implements ClientEvent {}

  /** It came back. */
  record ReconnectSuccess(int attempt) implements ClientEvent {}

  /** It gave up, or was refused for good. */
  record ReconnectFailed(int attempt) implements ClientEvent {}

  /**
   * A room was joined, or joined again by itself.
   *
   * @param seq the room's last message then
   * @param members at most 100
   * @param count how many users are in it
   */
  record RoomJoined(String room, long seq, List<String> members, int count)
      implements ClientEvent {}

  /** The client is no longer in that room. */
  record RoomLeft(String room) implements ClientEvent {}

  /** Another user came into a room. In a large room it is told up to a second late. */
  record UserJoined(String room, String user, int count) implements ClientEvent {}

  /** Another user left a room. */
  record UserLeft(String room, String user, int count) implements ClientEvent {}

  /**
   * What became of a large room since its members were told last. Comes after a {@link UserJoined}
   * and a {@link UserLeft} for each who is named.
   *
   * @param joined who came, at most some
   * @param left who left, at most some
   * @param count how many users are in it
   * @param more whether others came or left who are not named
   */
  record UsersChanged(String room, List<String> joined, List<String> left, int count, boolean more)
      implements ClientEvent {}

  /** A user given to {@link Client#watch} came online, or went. */
  record StatusChanged(UserStatus status) implements ClientEvent {}

  /**
   * Messages of that log were missed that the server can't send again; its history may have them.
   */
  record Gap(Address log) implements ClientEvent {}

  /** The server answered a ping. */
  record Heartbeat(Duration roundTrip) implements ClientEvent {}

  /** The server did not answer a ping in time; the connection is given up. */
  record HeartbeatTimeout() implements ClientEvent {}

  /** The server is about to close; the client comes back after that time. */
  record GoingAway(Duration after) implements ClientEvent {}

  /**
   * A message of the outbox, or one given to {@link Channel#enqueue}, will not be delivered: the
   * server refused it for good, or it waited for too long.
   *
   * @param data its JSON, or null if it had none
   */
  record Undelivered(
      String type,
      String messageId,
      @Nullable String data,
      dev.switchboard.protocol.SwitchboardException cause)
      implements ClientEvent {}

  /** How the client does, told at an interval while it is connected. */
  record PerformanceMetric(Statistics statistics) implements ClientEvent {}

  /**
   * Something happened that a debugger wants to see ({@link ClientBuilder#debug()}): {@code >}
   * sent, {@code <} received, {@code =} told to handlers, {@code *} about the socket. Secrets are
   * masked.
   */
  record Debug(String line) implements ClientEvent {}
}
