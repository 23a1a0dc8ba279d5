package dev.switchboard.transport;

/** Where a connection is in its life. */
public enum ReadyState {
  /** Frames flow both ways. */
  OPEN,
  /** A close frame was sent or received; nothing more is sent or delivered. */
  CLOSING,
  /** The socket is closed. */
  CLOSED
}
