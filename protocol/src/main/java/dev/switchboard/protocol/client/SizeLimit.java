package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import org.jspecify.annotations.Nullable;

/**
 * How large a message the server takes: what is larger would end the connection with 1009, which is
 * final. Immutable.
 *
 * @param encoding in which it is measured
 * @param bytes {@code limits.message} of {@code welcome}; 0 if the server did not say
 */
public record SizeLimit(Encoding encoding, long bytes) {
  /** No JSON or CBOR is so many times as long as the text in it. */
  private static final long MOST_PER_CHAR = 6;

  /** Before a server has said anything. */
  static final SizeLimit NONE = new SizeLimit(Encoding.JSON, 0);

  /** Whether the server takes a message. */
  boolean fits(Draft message) {
    return bytes == 0 || encoding.write(message).length <= bytes;
  }

  /**
   * Refuses what the server would not take.
   *
   * @param about how long the text in it is; it is only written out if that could be too much
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
   * Refuses a message that is worth nothing later, if the server would not take it. Thread-safe.
   *
   * @throws UnsentException if it is too large
   */
  public void requireFleeting(
      String type, @Nullable Address address, byte @Nullable [] data, Object unsent) {
    long about = 256L + (data == null ? 0 : data.length);
    require(ClientMessages.fleeting(type, address, data), about, unsent);
  }
}
