package dev.switchboard.client;

/** The state of a client. */
public enum ConnectionState {
  /** It has never connected. */
  IDLE,
  /** A connection is being opened. */
  CONNECTING,
  /** The session is open. */
  OPEN,
  /** The connection was lost; the client reconnects by itself after a delay. */
  WAITING,
  /** It was closed, and the server has not answered yet. */
  CLOSING,
  /** It was closed, was refused for good, or has given up. */
  CLOSED
}
