package dev.switchboard.protocol.wire;

/**
 * When to ping a silent peer and when to give it up. Immutable; times are milliseconds of any clock
 * that only moves forward.
 *
 * @param interval silence after which a ping is due
 * @param timeout how long the peer then has to send anything
 */
public record Heartbeat(long interval, long timeout) {
  /** No ping is waiting for an answer. */
  public static final long NOT_PINGED = Long.MIN_VALUE;

  /** What to do now. */
  public enum Action {
    /** Nothing yet. */
    WAIT,
    /** Send a ping. */
    PING,
    /** Close with 4009. */
    GIVE_UP
  }

  /**
   * Decides.
   *
   * @param lastHeard when anything was last received
   * @param pinged when a ping was sent since then, or {@link #NOT_PINGED}
   */
  public Action at(long now, long lastHeard, long pinged) {
    if (pinged != NOT_PINGED) {
      return now - pinged >= timeout ? Action.GIVE_UP : Action.WAIT;
    }
    return now - lastHeard >= interval ? Action.PING : Action.WAIT;
  }
}
