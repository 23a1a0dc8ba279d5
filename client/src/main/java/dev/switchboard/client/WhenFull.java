package dev.switchboard.client;

/**
 * What becomes of a message that does not fit in the queue. Whichever message goes, its stage or
 * call ends with {@link dev.switchboard.protocol.UnsentException}, which holds it.
 */
public enum WhenFull {
  /** The new message is refused. */
  REFUSE,
  /**
   * The message that has waited longest goes; not one that was already sent, since it may have
   * arrived. If all were, the new one is refused.
   */
  DROP_OLDEST,
  /** The last message before the new one goes; otherwise as {@link #DROP_OLDEST}. */
  DROP_NEWEST,
  /**
   * The calling thread waits until there is room: at most for the request timeout in blocking calls
   * and in handlers, and for as long as the client lives otherwise. Interrupting it refuses the
   * message.
   */
  BLOCK
}
