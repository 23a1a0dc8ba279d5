package dev.switchboard.client;

/** The state of the current connection, named as in browsers. */
public enum ReadyState {
  /** The connection is being opened. */
  CONNECTING,
  /** Messages can be sent. */
  OPEN,
  /** The connection is being closed. */
  CLOSING,
  /** There is no connection, and none is being opened now. */
  CLOSED
}
