package dev.switchboard.client;

import dev.switchboard.client.engine.Traffic;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client has done since it was built. WebSocket messages are counted, those of Switchboard
 * itself included, and the bytes in them, without framing and before compression. Immutable.
 *
 * @param sent over all connections
 * @param received over all connections
 * @param uptime how long the present connection has been open; zero without one
 * @param connections how often it was open
 * @param reconnectAttempts how often it tried to come back
 * @param roundTrip how long the last answer to a ping took; null before the first
 */
public record Statistics(
    Volume sent,
    Volume received,
    Duration uptime,
    long connections,
    long reconnectAttempts,
    @Nullable Duration roundTrip) {

  /** So many messages with so many bytes together. Immutable. */
  public record Volume(long messages, long bytes) {

    /** Bytes per message; 0 without one. */
    public double average() {
      return messages == 0 ? 0 : (double) bytes / messages;
    }
  }

  static Statistics of(Traffic traffic) {
    return new Statistics(
        new Volume(traffic.messagesSent(), traffic.bytesSent()),
        new Volume(traffic.messagesReceived(), traffic.bytesReceived()),
        traffic.uptime(),
        traffic.connections(),
        traffic.attempts(),
        traffic.roundTrip());
  }
}
