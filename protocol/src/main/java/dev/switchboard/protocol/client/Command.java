package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.wire.Control;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something that a client wants done, with an outcome to be reported. Immutable by convention. */
public sealed interface Command {

  /** A command that gets exactly one answer ({@code spec/protocol.md#6-answers}). */
  sealed interface Answered extends Command {}

  /** A message to a server other than Switchboard. It is done once it was written to the socket. */
  record Frame(boolean text, byte[] payload) implements Command {}

  /**
   * Like {@link Frame}, but read while it is sent, so it can't be sent again.
   *
   * @param source belongs to the I/O layer
   * @param failure returns why the source could not be sent; null if that is not its own fault
   */
  record Streamed(Object source, Supplier<@Nullable UnsentException> failure) implements Command {}

  /**
   * Appends a message to one log, or to those of several rooms.
   *
   * @param messageId identifies the message for good, so that it can be sent again
   */
  record Publish(
      String type,
      String messageId,
      List<Address> addresses,
      boolean several,
      boolean echo,
      byte @Nullable [] data)
      implements Answered {

    /**
     * Returns the total length of the names of several rooms; the name of a single log does not
     * count.
     */
    private int namesLength() {
      return several ? addresses.stream().mapToInt(to -> to.toString().length()).sum() : 0;
    }
  }

  /**
   * Sends a message to the server's own handler. {@code replyType} is null if it only acknowledges.
   */
  record Tell(String type, @Nullable String replyType, byte @Nullable [] data)
      implements Answered {}

  /** Joins a room. If {@code since} is null, delivery starts with the next entry. */
  record Join(String room, int recent, Control.@Nullable Place since) implements Answered {}

  /** Leaves a room. */
  record Leave(String room) implements Answered {}

  /** Reads a page of a log. */
  record History(Address address, @Nullable Long before, @Nullable Long after, int limit)
      implements Answered {}

  /** Asks who is in a room or, if {@code room} is null, online. */
  record Users(@Nullable String room, @Nullable String after) implements Answered {}

  /**
   * Asks whether users are online.
   *
   * @param watch whether to be notified of changes; null leaves that as it is
   * @param again whether the session itself repeats the command for a new connection
   */
  record Statuses(List<String> users, @Nullable Boolean watch, boolean again) implements Answered {}

  /** Whether it sends a user's message, rather than concerning the session. */
  default boolean message() {
    return !(this instanceof Join
        || this instanceof Leave
        || this instanceof History
        || this instanceof Users
        || this instanceof Statuses);
  }

  /**
   * Returns the size that counts against the queue's bound: JSON, names, and a constant for the
   * envelope.
   */
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

  /** Whether it may be sent again after a lost connection. */
  default boolean repeatable() {
    return !(this instanceof Tell || this instanceof Streamed);
  }
}
