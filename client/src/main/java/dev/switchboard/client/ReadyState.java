package dev.switchboard.client;

/** Where the present connection is in its life, as browsers name it. */
public enum ReadyState {
  /** It is being opened. */
  CONNECTING,
  /** Messages flow. */
  OPEN,
  /** It is being closed. */
  CLOSING,
  /** There is none: not yet, not any more, or not until the next attempt. */
  CLOSED
}
