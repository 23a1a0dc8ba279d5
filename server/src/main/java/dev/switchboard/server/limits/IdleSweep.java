package dev.switchboard.server.limits;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.WebSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * Closes the connections of an endpoint whose clients have sent nothing for too long. It checks all
 * connections about eight times per timeout. The transport has its own deadlines for a peer that is
 * silent altogether; this sweep counts messages only, and not those that just check whether the
 * server is there. Confined to the ticking thread, except {@link #on}; time is an argument.
 */
public final class IdleSweep {
  private final long timeout; // milliseconds; 0 for never
  private final Meter meter;
  private long sweptAt; // when it last checked the connections

  /** A connection, as the sweep sees it. */
  public interface Member {
    /**
     * Returns when the client last sent something. Maintained only if the sweep is {@link #on}.
     * Thread-safe.
     */
    long heardAt();

    /** Returns the connection's socket. Thread-safe. */
    WebSocket webSocket();

    /**
     * Closes the connection, unless its end has already begun. Returns whether it did. Called on
     * the connection's loop.
     */
    boolean endIdle(CloseCode code, String reason);
  }

  /**
   * Creates a sweep that has not checked yet.
   *
   * @param timeout zero for never
   */
  public IdleSweep(Duration timeout, Meter meter) {
    this.timeout = timeout.toMillis();
    this.meter = meter;
  }

  /**
   * Whether connections may be closed, so that they must record when their clients send something.
   * Thread-safe.
   */
  public boolean on() {
    return timeout > 0;
  }

  /** Advances the time. The connections are requested only if a check is due. */
  public void tick(long now, Supplier<? extends Collection<? extends Member>> connections) {
    if (on() && (now - sweptAt) * 8 >= timeout) {
      sweptAt = now;
      connections.get().forEach(one -> endIfIdle(one, now - timeout));
    }
  }

  /**
   * Closes a connection if it is idle. Checks again on its loop, where the latest messages are
   * known.
   */
  private void endIfIdle(Member one, long since) {
    if (one.heardAt() <= since) {
      one.webSocket()
          .execute(() -> {
            if (one.heardAt() <= since
                && one.endIdle(CloseCode.POLICY_VIOLATION, "idle: no message for too long")) {
              meter.limit(Limit.IDLE);
            }
          });
    }
  }
}
