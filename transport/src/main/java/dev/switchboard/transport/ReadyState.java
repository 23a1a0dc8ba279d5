package dev.switchboard.transport;

/** The state of a connection. */
public enum ReadyState {
  /** Frames are sent and received. */
  OPEN,
  /** A close frame was sent or received. Nothing more is sent or delivered. */
  CLOSING,
  /** The socket is closed. */
  CLOSED
}
