package dev.switchboard.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client has done since it was built. WebSocket messages are counted, those of Switchboard
 * itself included, and the bytes in them, without framing and before compression. Immutable.
 *
 * @param messagesSent over all connections
 * @param messagesReceived over all connections
 * @param bytesSent over all connections
 * @param bytesReceived over all connections
 * @param uptime how long the present connection has been open; zero without one
 * @param connections how often it was open
 * @param reconnectAttempts how often it tried to come back
 * @param roundTrip how long the last answer to a ping took; null before the first
 */
public record Statistics(
    long messagesSent,
    long messagesReceived,
    long bytesSent,
    long bytesReceived,
    Duration uptime,
    long connections,
    long reconnectAttempts,
    @Nullable Duration roundTrip) {

  /** Bytes per message sent; 0 before the first. */
  public double averageSent() {
    return messagesSent == 0 ? 0 : (double) bytesSent / messagesSent;
  }

  /** Bytes per message received; 0 before the first. */
  public double averageReceived() {
    return messagesReceived == 0 ? 0 : (double) bytesReceived / messagesReceived;
  }
}
