package dev.switchboard.server.limits;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.WebSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * Ends the connections of an endpoint whose client has said nothing for too long. It looks at all
 * of them about eight times within the timeout. The transport has deadlines of its own for a peer
 * that is silent altogether; this one counts messages only, and not those that just ask whether the
 * server is there. Confined to whoever ticks, but for {@link #on}; time is an argument.
 */
public final class IdleSweep {
  private final long timeout; // milliseconds; 0 for never
  private final Meter meter;
  private long sweptAt; // when it last looked

  /** A connection as the sweep sees it. */
  public interface Member {
    /** When its client last said something; kept only if the sweep is {@link #on}. Any thread. */
    long heardAt();

    /** Its socket. Any thread. */
    WebSocket webSocket();

    /** Ends it, unless its end has begun already. Returns whether it did. On its loop. */
    boolean endIdle(CloseCode code, String reason);
  }

  /**
   * A sweep that has not looked yet.
   *
   * @param timeout zero for never
   */
  public IdleSweep(Duration timeout, Meter meter) {
    this.timeout = timeout.toMillis();
    this.meter = meter;
  }

  /** Whether it ends anybody, so that connections keep when they heard something. Any thread. */
  public boolean on() {
    return timeout > 0;
  }

  /** Time passes. Asks for the connections only if it is due. */
  public void tick(long now, Supplier<? extends Collection<? extends Member>> connections) {
    if (on() && (now - sweptAt) * 8 >= timeout) {
      sweptAt = now;
      connections.get().forEach(one -> endIfIdle(one, now - timeout));
    }
  }

  /** Looks again on its loop, where what it hears now is known. */
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
