package dev.switchboard.transport;

import dev.switchboard.protocol.wire.Defaults;
import java.time.Duration;

/**
 * Pings that detect a dead connection. Anything received proves that the peer is alive. After
 * {@code interval} of silence a ping is sent; after another {@code timeout} the connection is
 * closed with 4009. Immutable.
 *
 * @param interval 25 s by default
 * @param timeout 10 s by default
 */
public record Heartbeat(Duration interval, Duration timeout) {
  /** Pings after 25 s of silence and waits 10 s for a sign of life. */
  public static final Heartbeat DEFAULT =
      new Heartbeat(
          Duration.ofMillis(Defaults.HEARTBEAT_INTERVAL),
          Duration.ofMillis(Defaults.HEARTBEAT_TIMEOUT));

  /** Checks that both are 1 ms to 24 h. */
  public Heartbeat {
    Checks.duration("heartbeat interval", interval);
    Checks.duration("heartbeat timeout", timeout);
  }
}
