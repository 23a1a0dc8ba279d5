package dev.switchboard.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A published message, as receivers get it and logs store it. Immutable by convention: nobody may
 * modify its bytes.
 *
 * @param address the log it is in or, for a fleeting message, the address it was sent to
 * @param seq its number in the log, counted from 1; 0 for a fleeting message, which is in no log
 * @param type the name of the message type
 * @param from the user who published it; null if the server did
 * @param timestamp when the server accepted it, in milliseconds since 1970
 * @param messageId the publisher's ID for it, unique per user; null if none was given
 * @param payload the message's data; null if it has none
 */
public record Entry(
    Address address,
    long seq,
    String type,
    @Nullable String from,
    long timestamp,
    @Nullable String messageId,
    @Nullable Payload payload) {
  /** Creates an entry with JSON in UTF-8, or without data. */
  public Entry(
      Address address,
      long seq,
      String type,
      @Nullable String from,
      long timestamp,
      @Nullable String messageId,
      byte @Nullable [] data) {
    this(address, seq, type, from, timestamp, messageId, Payload.json(data));
  }

  /** Returns the payload as JSON in UTF-8, which logs store; null if the message has no data. */
  public byte @Nullable [] data() {
    return payload == null ? null : payload.json();
  }

  /** Whether this is a fleeting message, which is in no log. */
  public boolean fleeting() {
    return seq == 0;
  }
}
