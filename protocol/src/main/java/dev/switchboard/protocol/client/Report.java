package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.List;

/** What a client has to tell its user, in order. Immutable. */
public sealed interface Report {

  /** The session is open; {@code resumed} if it went on. Without a session, the names are empty. */
  record Opened(String session, String user, boolean resumed) implements Report {}

  /** The open connection has ended. */
  record Closed(int code, String reason, boolean clean) implements Report {}

  /** A connection that did not come about, or an {@code error} that answers nothing. */
  record Failed(SwitchboardException why) implements Report {}

  /** An attempt to come back begins, counted from 1. */
  record Reconnecting(int attempt) implements Report {}

  /** It came back. */
  record Reconnected(int attempt) implements Report {}

  /** It gave up. */
  record ReconnectFailed(int attempt) implements Report {}

  /** A message for the user. */
  sealed interface Received extends Report {}

  /** An entry of a log, a fleeting message, or one from the server's own code. */
  record Message(Envelope envelope) implements Received {}

  /** The server asks, and waits for {@link Conversation#reply}. */
  record Question(Id id, Envelope envelope) implements Received {}

  /** A text message of a server that is not ours. */
  record Text(byte[] utf8) implements Received {}

  /** A binary message of a server that is not ours. */
  record Binary(byte[] payload) implements Received {}

  /** A piece of a binary message of a server that is not ours. */
  record Piece(byte[] payload, boolean last) implements Received {}

  /** A room was joined, or joined again. */
  record Joined(String room, Answer.Joined how) implements Report {}

  /** A room was left. */
  record Left(String room) implements Report {}

  /** A user came or went. */
  record Presence(boolean joined, String room, String user, int count) implements Report {}

  /**
   * What became of a large room, after a {@link Presence} of each who is named.
   *
   * @param more whether others came or left who are not named
   */
  record UsersChanged(String room, List<String> joined, List<String> left, int count, boolean more)
      implements Report {}

  /** A user who is watched is online now, or no more. */
  record Status(ServerMessages.UserState state) implements Report {}

  /** What was missed in that log cannot be had. */
  record Gap(Address log) implements Report {}

  /** The other side answered a ping after so many milliseconds. */
  record Heartbeat(long roundTrip) implements Report {}

  /** The other side did not answer a ping. */
  record HeartbeatTimeout() implements Report {}

  /** The server is about to close; come back after so many milliseconds. */
  record GoingAway(long after) implements Report {}

  /** A message that was kept will not be delivered. */
  record Undelivered(Command.Publish message, SwitchboardException why) implements Report {}
}
