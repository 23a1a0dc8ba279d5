package dev.switchboard.client;

/**
 * What to do with a message that does not fit in the queue. The stage or call of whichever message
 * is dropped fails with {@link dev.switchboard.protocol.UnsentException}, which carries the
 * message.
 */
public enum WhenFull {
  /** Refuses the new message. */
  REFUSE,
  /**
   * Drops the message that has waited longest. A message that was already sent is not dropped,
   * because it may have arrived; if all were sent, the new one is refused.
   */
  DROP_OLDEST,
  /** Drops the last message before the new one. Otherwise like {@link #DROP_OLDEST}. */
  DROP_NEWEST,
  /**
   * Blocks the calling thread until there is room: at most for the request timeout in blocking
   * calls and in handlers, otherwise as long as the client lives. Interrupting the thread refuses
   * the message.
   */
  BLOCK
}
