package dev.switchboard.spi;

import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way into a log. Immutable by convention: nobody writes into its bytes.
 *
 * @param log where to
 * @param type the message type's name
 * @param from the user who publishes; null if the server does
 * @param messageId the publisher's name for it and the duplicate key, unique per user; null if the
 *     publisher gave none: then a {@link Broker} whose store may fail gives the store's copy a name
 *     of its own, which begins with a control character, as no publisher's can, and is in no entry
 *     that leaves the broker
 * @param timestamp milliseconds since 1970
 * @param payload what the message says; null if it has no data
 * @param fleeting whether it is only passed on, and never kept
 * @param without the session that does not get it; null if all do
 * @param retention how much of the log is kept
 */
public record Publication(
    LogKey log,
    String type,
    @Nullable String from,
    @Nullable String messageId,
    long timestamp,
    @Nullable Payload payload,
    boolean fleeting,
    @Nullable String without,
    Retention retention) {
  /** A publication of JSON in UTF-8, or of no data. */
  public Publication(
      LogKey log,
      String type,
      @Nullable String from,
      @Nullable String messageId,
      long timestamp,
      byte @Nullable [] data,
      boolean fleeting,
      @Nullable String without,
      Retention retention) {
    this(log, type, from, messageId, timestamp, Payload.json(data), fleeting, without, retention);
  }

  /** The payload as JSON in UTF-8, which is what logs keep; null if the message has no data. */
  public byte @Nullable [] data() {
    return payload == null ? null : payload.json();
  }

  /** The entry that this is at a place; 0 for a fleeting one. */
  public Entry at(long seq) {
    return new Entry(log.address(), seq, type, from, timestamp, messageId, payload);
  }
}
