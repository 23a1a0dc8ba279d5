package dev.switchboard.transport;

/** What happens to a message that does not fit in the send buffer. */
public enum Overflow {
  /** The message is dropped; the connection stays open. */
  DROP,
  /** The connection is closed with 4008 (slow consumer). */
  CLOSE
}
