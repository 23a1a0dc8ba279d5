package dev.switchboard.client;

/** Where a client is in its life. */
public enum ConnectionState {
  /** Never connected. */
  IDLE,
  /** A connection is being opened. */
  CONNECTING,
  /** The session is open. */
  OPEN,
  /** The connection was lost; the client comes back by itself after a delay. */
  WAITING,
  /** It was closed; the server has not answered yet. */
  CLOSING,
  /** Over: closed, refused for good, or given up. */
  CLOSED
}
