package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.wire.Control;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client wants to get through, and hears the end of. Immutable by convention. */
public sealed interface Command {

  /** What gets exactly one answer ({@code spec/protocol.md#6-answers}). */
  sealed interface Answered extends Command {}

  /** A message to a server that is not ours; it is through when it was written to the socket. */
  record Frame(boolean text, byte[] payload) implements Command {}

  /**
   * The same, read while it is sent, so that it can be sent once only; {@code source} is the
   * edge's.
   */
  record Streamed(Object source) implements Command {}

  /**
   * Append to one log, or to those of several rooms.
   *
   * @param messageId names the message for good, so that it can be sent again
   */
  record Publish(
      String type,
      String messageId,
      List<Address> addresses,
      boolean several,
      boolean echo,
      byte @Nullable [] data)
      implements Answered {

    /** How long the names of several rooms are together; that of one log is nothing. */
    private int namesLength() {
      return several ? addresses.stream().mapToInt(to -> to.toString().length()).sum() : 0;
    }
  }

  /** Something for the server's own handler; {@code replyType} null if it only acknowledges. */
  record Tell(String type, @Nullable String replyType, byte @Nullable [] data)
      implements Answered {}

  /** Join a room; {@code since} null is from now on. */
  record Join(String room, int recent, Control.@Nullable Place since) implements Answered {}

  /** Leave a room. */
  record Leave(String room) implements Answered {}

  /** A page of a log. */
  record History(Address address, @Nullable Long before, @Nullable Long after, int limit)
      implements Answered {}

  /** Who is in a room; null: who is online. */
  record Users(@Nullable String room, @Nullable String after) implements Answered {}

  /**
   * Whether users are online.
   *
   * @param watch whether to be told of changes; null leaves that as it is
   * @param again whether it is asked for the sake of a new connection
   */
  record Statuses(List<String> users, @Nullable Boolean watch, boolean again) implements Answered {}

  /** Whether it is a message of the user's, and not about the session. */
  default boolean message() {
    return !(this instanceof Join
        || this instanceof Leave
        || this instanceof History
        || this instanceof Users
        || this instanceof Statuses);
  }

  /** What it counts for in the queue: its JSON, names, and something for the envelope. */
  default int bytes() {
    return 128
        + switch (this) {
          case Publish publish -> length(publish.data()) + publish.namesLength();
          case Tell tell -> length(tell.data());
          case Frame frame -> frame.payload().length;
          case Statuses statuses -> statuses.users().stream().mapToInt(String::length).sum();
          default -> 0;
        };
  }

  private static int length(byte @Nullable [] data) {
    return data == null ? 0 : data.length;
  }

  /** Whether asking again after a lost connection does no harm. */
  default boolean repeatable() {
    return !(this instanceof Tell || this instanceof Streamed);
  }
}
