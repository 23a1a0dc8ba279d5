package dev.switchboard.server.limits;

import dev.switchboard.protocol.Limits;
import dev.switchboard.transport.WebSocketOptions;
import java.time.Duration;

/**
 * The settings of an endpoint, typed or raw. {@code EndpointOptions} documents each, with its
 * default and limits. Immutable.
 *
 * @param webSocket the options of its connections
 * @param clients what one client may take
 * @param idleTimeout zero for none
 */
public record Settings(WebSocketOptions webSocket, ClientLimits clients, Duration idleTimeout) {
  /** More bytes than the fields around {@code data} take in any encoding. */
  public static final int ENVELOPE = 1 << 10;

  /** Returns the largest accepted message, in bytes. */
  public int maxMessageBytes() {
    return webSocket.maxMessageBytes();
  }

  /** Returns how many bytes may wait to be written to one connection, envelopes included. */
  public int maxPendingBytes() {
    return webSocket.maxPendingBytes();
  }

  /**
   * Returns the most bytes of {@code data} that server code may send, in any encoding. A connection
   * that takes more has room for it.
   */
  public int maxSentBytes() {
    return Math.max(
        maxMessageBytes(), Math.min(maxPendingBytes() / 2, Limits.MAX_DATA_BYTES) - ENVELOPE);
  }
}
