package dev.switchboard.transport;

import dev.switchboard.protocol.wire.Defaults;
import java.time.Duration;

/**
 * Pings for a connection that has gone silent. Anything received counts as life. After {@code
 * interval} of silence a ping is sent; after {@code timeout} more, the connection is closed with
 * 4009. Immutable.
 *
 * @param interval 25 s by default
 * @param timeout 10 s by default
 */
public record Heartbeat(Duration interval, Duration timeout) {
  /** Every 25 seconds, with 10 to answer. */
  public static final Heartbeat DEFAULT =
      new Heartbeat(
          Duration.ofMillis(Defaults.HEARTBEAT_INTERVAL),
          Duration.ofMillis(Defaults.HEARTBEAT_TIMEOUT));

  /** Checks that both are at least a millisecond and at most a day. */
  public Heartbeat {
    Checks.duration("heartbeat interval", interval);
    Checks.duration("heartbeat timeout", timeout);
  }
}
