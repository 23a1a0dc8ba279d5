package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks a server and gets exactly one answer to ({@code spec/protocol.md#6-answers}).
 * Immutable by convention.
 */
public sealed interface ClientAsk {

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
      implements ClientAsk {}

  /** Something for the server's own handler; {@code replyType} null if it only acknowledges. */
  record Tell(String type, @Nullable String replyType, byte @Nullable [] data)
      implements ClientAsk {}

  /** Join a room; {@code since} null is from now on. */
  record Join(String room, int recent, Control.@Nullable Place since) implements ClientAsk {}

  /** Leave a room. */
  record Leave(String room) implements ClientAsk {}

  /** A page of a log. */
  record History(Address address, @Nullable Long before, @Nullable Long after, int limit)
      implements ClientAsk {}

  /** Who is in a room; null: who is online. */
  record Users(@Nullable String room, @Nullable String after) implements ClientAsk {}

  /** Whether it is a message of the user's, and not about the session. */
  default boolean message() {
    return this instanceof Publish || this instanceof Tell;
  }

  /** What it counts for in the queue: its JSON, and something for the envelope. */
  default int bytes() {
    byte[] data =
        switch (this) {
          case Publish publish -> publish.data();
          case Tell tell -> tell.data();
          default -> null;
        };
    return 128 + (data == null ? 0 : data.length);
  }

  /** Whether asking again after a lost connection does no harm. */
  default boolean repeatable() {
    return !(this instanceof Tell);
  }
}
