package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import org.jspecify.annotations.Nullable;

/**
 * The server's limit on the size of a message. A larger one would end the connection with 1009,
 * which is final. Immutable.
 *
 * @param encoding the encoding in which the size is measured
 * @param bytes {@code limits.message} of {@code welcome}; 0 if the server did not send it
 */
public record SizeLimit(Encoding encoding, long bytes) {
  /** The most bytes that one character can take in JSON or CBOR. */
  private static final long MOST_PER_CHAR = 6;

  /** No limit, before the server has sent one. */
  static final SizeLimit NONE = new SizeLimit(Encoding.JSON, 0);

  /** Whether a message is within the limit. */
  boolean fits(Draft message) {
    return bytes == 0 || encoding.write(message).length <= bytes;
  }

  /**
   * Requires that a message is within the limit.
   *
   * @param about the length of its text; the message is encoded only if this could exceed the limit
   * @throws UnsentException if it is too large
   */
  void require(Draft message, long about, Object unsent) {
    if (bytes == 0 || MOST_PER_CHAR * about <= bytes) {
      return;
    }
    int size = encoding.write(message).length;
    if (size > bytes) {
      throw new UnsentException(
          "message: %d bytes (expected: at most %d, the server's limit)".formatted(size, bytes),
          unsent);
    }
  }

  /**
   * Requires that a fleeting message is within the limit. Thread-safe.
   *
   * @throws UnsentException if it is too large
   */
  public void requireFleeting(
      String type, @Nullable Address address, byte @Nullable [] data, Object unsent) {
    long about = 256L + (data == null ? 0 : data.length);
    require(ClientMessages.fleeting(type, address, data), about, unsent);
  }
}
