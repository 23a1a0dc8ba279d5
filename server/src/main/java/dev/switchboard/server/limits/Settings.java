package dev.switchboard.server.limits;

import dev.switchboard.protocol.Limits;
import dev.switchboard.transport.WebSocketOptions;
import java.time.Duration;

/**
 * What an endpoint, typed or raw, was given. {@code EndpointOptions} says what each means, with its
 * default and its limits. Immutable.
 *
 * @param webSocket the options of its connections
 * @param maxConnectionsPerUser of one user
 * @param maxConnectionsPerAddress from one address
 * @param idleTimeout zero for none
 */
public record Settings(
    WebSocketOptions webSocket,
    int maxConnectionsPerUser,
    int maxConnectionsPerAddress,
    Duration idleTimeout) {
  /** More than what the keys around {@code data} make in any encoding. */
  public static final int ENVELOPE = 1 << 10;

  /** Largest message taken. */
  public int maxMessageBytes() {
    return webSocket.maxMessageBytes();
  }

  /** Most bytes that wait to be written to one connection, envelopes included. */
  public int maxPendingBytes() {
    return webSocket.maxPendingBytes();
  }

  /**
   * The most {@code data} that server code may send, in whatever encoding: a connection that takes
   * more has room for it.
   */
  public int maxSentBytes() {
    return Math.max(
        maxMessageBytes(), Math.min(maxPendingBytes() / 2, Limits.MAX_DATA_BYTES) - ENVELOPE);
  }
}
