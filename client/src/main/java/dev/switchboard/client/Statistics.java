package dev.switchboard.client;

import dev.switchboard.client.engine.Traffic;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client has done since it was built. Counts WebSocket messages, including Switchboard's
 * own, and their bytes without framing and before compression. Immutable.
 *
 * @param sent over all connections
 * @param received over all connections
 * @param uptime how long the current connection has been open; zero without one
 * @param connections how many connections have been open
 * @param reconnectAttempts how many times it tried to reconnect
 * @param roundTrip how long the last answer to a ping took; null before the first
 */
public record Statistics(
    Volume sent,
    Volume received,
    Duration uptime,
    long connections,
    long reconnectAttempts,
    @Nullable Duration roundTrip) {

  /** A number of messages and their total size. Immutable. */
  public record Volume(long messages, long bytes) {

    /** Returns the bytes per message; 0 without messages. */
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
