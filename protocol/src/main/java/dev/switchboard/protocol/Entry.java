package dev.switchboard.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A published message as receivers get it and logs keep it. Immutable by convention: nobody writes
 * into its bytes.
 *
 * @param address the log it is in, or for a fleeting one was sent to
 * @param seq its place in the log, from 1; 0 for a fleeting one, which is in no log
 * @param type the message type's name
 * @param from the user who published; null if the server did
 * @param timestamp when the server took it, in milliseconds since 1970
 * @param messageId the publisher's name for it, unique per user; null if none was given
 * @param payload what the message says; null if it has no data
 */
public record Entry(
    Address address,
    long seq,
    String type,
    @Nullable String from,
    long timestamp,
    @Nullable String messageId,
    @Nullable Payload payload) {
  /** An entry with JSON in UTF-8, or null. */
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

  /** The payload as JSON in UTF-8, which is what logs keep; null if the message has no data. */
  public byte @Nullable [] data() {
    return payload == null ? null : payload.json();
  }

  /** Whether it is in no log. */
  public boolean fleeting() {
    return seq == 0;
  }
}
