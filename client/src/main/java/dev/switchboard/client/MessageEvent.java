package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message with its metadata. Immutable if the message is.
 *
 * @param message the record
 * @param type its name on the wire
 * @param address the log it was published to; null if the server's own code sent it to this client
 * @param seq its number in that log, from 1; 0 if it is in no log
 * @param from the user who published it; null if the server did
 * @param timestamp when the server accepted it
 * @param messageId the publisher's ID for it; null if none was given
 * @param <T> the record's type
 */
public record MessageEvent<T>(
    T message,
    String type,
    @Nullable Address address,
    long seq,
    @Nullable String from,
    Instant timestamp,
    @Nullable String messageId) {

  /** Returns the room's name, or null if it was not published to a room. */
  public @Nullable String room() {
    return address instanceof Address.Room room ? room.name() : null;
  }

  /** Whether it is a fleeting message, which is in no log. */
  public boolean fleeting() {
    return seq == 0;
  }
}
