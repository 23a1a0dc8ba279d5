package dev.switchboard.protocol.client;

/** The state of a client. */
public enum SessionState {
  /** It has never connected. */
  IDLE,
  /** A socket is being opened, or the session has not started on it yet. */
  CONNECTING,
  /** The session is open. */
  OPEN,
  /** The connection was lost or an attempt failed; the next attempt follows after a delay. */
  WAITING,
  /** The user closed the client, and the other side has not answered yet. */
  CLOSING,
  /** It is closed or has given up, until the user connects again. */
  CLOSED
}
