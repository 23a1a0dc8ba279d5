package dev.switchboard.protocol.wire;

/**
 * Decides when to ping a silent peer and when to give up on it. Immutable. Times are milliseconds
 * of any monotonic clock.
 *
 * @param interval the silence after which to ping
 * @param timeout how long the peer then has to send anything
 */
public record Heartbeat(long interval, long timeout) {
  /** Means that no ping is waiting for an answer. */
  public static final long NOT_PINGED = Long.MIN_VALUE;

  /** What to do now. */
  public enum Action {
    /** Do nothing yet. */
    WAIT,
    /** Send a ping. */
    PING,
    /** Close with 4009. */
    GIVE_UP
  }

  /**
   * Decides what to do now.
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
