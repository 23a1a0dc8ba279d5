package dev.switchboard.spi;

import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A message to be appended to a log. Immutable by convention: nobody may modify its bytes.
 *
 * @param log the log to append to
 * @param type the name of the message type
 * @param from the user who publishes; null if the server does
 * @param messageId the publisher's ID for the message and its duplicate key, unique per user; null
 *     if the publisher gave none. In that case a {@link Broker} whose store can fail gives the
 *     stored copy an ID of its own. That ID starts with a control character, which no publisher's
 *     can, and appears in no entry that leaves the broker
 * @param timestamp milliseconds since 1970
 * @param payload the message's data; null if it has none
 * @param fleeting whether the message is only delivered and never kept
 * @param without the session that does not receive it; null if all do
 * @param retention how much of the log to keep
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
  /** Creates a publication with JSON in UTF-8, or without data. */
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

  /** Returns the payload as JSON in UTF-8, which logs store; null if the message has no data. */
  public byte @Nullable [] data() {
    return payload == null ? null : payload.json();
  }

  /** Returns the same publication to a log of which this much is kept. */
  public Publication keeping(Retention kept) {
    return new Publication(log, type, from, messageId, timestamp, payload, fleeting, without, kept);
  }

  /** Returns the entry for this publication at {@code seq}, which is 0 for a fleeting one. */
  public Entry at(long seq) {
    return new Entry(log.address(), seq, type, from, timestamp, messageId, payload);
  }
}
