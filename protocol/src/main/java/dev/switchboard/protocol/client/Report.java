package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client tells its user, in order. Immutable. */
public sealed interface Report {

  /**
   * The session is open; {@code resumed} tells whether it continues. Without a session, the names
   * are empty.
   */
  record Opened(String session, String user, boolean resumed) implements Report {}

  /** The session is open, and the server was built from other types. Both are hashes. */
  record ProtocolMismatch(String server, String client) implements Report {}

  /** The open connection has ended. */
  record Closed(int code, String reason, boolean clean) implements Report {}

  /** A connection attempt failed, or an {@code error} arrived that answers nothing. */
  record Failed(SwitchboardException why) implements Report {}

  /** A reconnect attempt starts, counted from 1. */
  record Reconnecting(int attempt) implements Report {}

  /** Reconnecting succeeded. */
  record Reconnected(int attempt) implements Report {}

  /** Reconnecting was given up. */
  record ReconnectFailed(int attempt) implements Report {}

  /** A message for the user. */
  sealed interface Received extends Report {}

  /** An entry of a log, a fleeting message, or a message from the server's own code. */
  record Message(Envelope envelope) implements Received {}

  /** A request from the server, to be answered with {@link Conversation#reply}. */
  record Question(Id id, Envelope envelope) implements Received {}

  /** A text message from a server other than Switchboard. */
  record Text(byte[] utf8) implements Received {}

  /** A binary message from a server other than Switchboard. */
  record Binary(byte[] payload) implements Received {}

  /** A piece of a binary message from a server other than Switchboard. */
  record Piece(byte[] payload, boolean last) implements Received {}

  /** A room was joined, or joined again. */
  record Joined(String room, Answer.Joined how) implements Report {}

  /** A room was left; {@code why} is null if the user wanted it. */
  record Left(String room, @Nullable RefusedException why) implements Report {}

  /** A user joined or left a room. */
  record Presence(boolean joined, String room, String user, int count) implements Report {}

  /**
   * The collective notice of a large room, after a {@link Presence} for each named user.
   *
   * @param more whether other users, who are not named, joined or left
   */
  record UsersChanged(String room, List<String> joined, List<String> left, int count, boolean more)
      implements Report {}

  /**
   * The list of a room's members or their count has changed, for whichever reason.
   *
   * @param members at most 100
   */
  record Members(String room, List<String> members, int count) implements Report {}

  /** A watched user went online or offline. */
  record Status(ServerMessages.UserState state) implements Report {}

  /** Entries of this log were missed and are no longer available. */
  record Gap(Address log) implements Report {}

  /** The other side answered a ping after this many milliseconds. */
  record Heartbeat(long roundTrip) implements Report {}

  /** The other side did not answer a ping. */
  record HeartbeatTimeout() implements Report {}

  /**
   * The server is about to close the connection and asks to reconnect after this many milliseconds.
   */
  record GoingAway(long after) implements Report {}

  /**
   * The server has taken a token that was sent in a message.
   *
   * @param expiresIn after so many milliseconds, or -1 for never
   * @param renewed whether another was taken before on this connection
   */
  record Authenticated(String user, long expiresIn, boolean renewed) implements Report {}

  /** The server has not taken a token, or there was none; {@code again} if another is tried. */
  record AuthFailed(String message, boolean again) implements Report {}

  /** The proof of who the user is expires in so many milliseconds. */
  record AuthExpiring(long expiresIn) implements Report {}

  /** A queued message will not be delivered. */
  record Undelivered(Command.Publish message, SwitchboardException why) implements Report {}
}
