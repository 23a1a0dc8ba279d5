package dev.switchboard.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A published message as receivers get it and logs keep it. Immutable by convention: nobody writes
 * into {@code data}.
 *
 * @param address the log it is in, or for a fleeting one was sent to
 * @param seq its place in the log, from 1; 0 for a fleeting one, which is in no log
 * @param type the message type's name
 * @param from the user who published; null if the server did
 * @param timestamp when the server took it, in milliseconds since 1970
 * @param messageId the publisher's name for it, unique per user; null if none was given
 * @param data JSON in UTF-8; null if the message has none
 */
public record Entry(
    Address address,
    long seq,
    String type,
    @Nullable String from,
    long timestamp,
    @Nullable String messageId,
    byte @Nullable [] data) {

  /** Whether it is in no log. */
  public boolean fleeting() {
    return seq == 0;
  }
}
