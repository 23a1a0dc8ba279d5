package dev.switchboard.protocol.client;

/** Where a client is in its life. */
public enum SessionState {
  /** Never connected. */
  IDLE,
  /** A socket is being opened, or the session is not there yet. */
  CONNECTING,
  /** The session is open. */
  OPEN,
  /** The connection was lost; a new attempt follows after a delay. */
  WAITING,
  /** The user closed; the other side has not answered yet. */
  CLOSING,
  /** Over, until the user connects again. */
  CLOSED
}
