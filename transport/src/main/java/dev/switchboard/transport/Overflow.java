package dev.switchboard.transport;

/** What becomes of a message for which there is no room. */
public enum Overflow {
  /** It is not sent; the connection goes on. */
  DROP,
  /** The connection is closed with 4008 (too slow a reader). */
  CLOSE
}
