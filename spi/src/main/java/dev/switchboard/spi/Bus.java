package dev.switchboard.spi;

/**
 * Carries small messages between the servers of a deployment: that logs have grown, fleeting
 * messages, and what servers ask of each other. Thread-safe; only {@link #start} and {@link #close}
 * may block.
 *
 * <p>Guarantee: a message reaches each other server at most once, within milliseconds, or it is
 * lost. The messages of one server arrive in the order in which it sent them; there is no order
 * between servers. A loss is told by {@link Listener#restored}, so whoever needs certainty keeps
 * the truth elsewhere and reads it again then. A server does not receive its own messages.
 */
public interface Bus extends AutoCloseable {
  /**
   * Receives the messages of one kind. Calls come one at a time, on any thread, and must not block.
   * What a call throws is logged.
   */
  interface Listener {
    /** Receives a message. Nobody may modify it. */
    void received(byte[] message);

    /** From now on messages may be lost, until {@link #restored}. */
    void interrupted();

    /**
     * Messages arrive again, and some may have been lost. May also be called without {@link
     * #interrupted}, after a loss that was noticed only afterwards.
     */
    void restored();
  }

  /**
   * Sets who receives the messages of a kind. Others are ignored. Only before {@link #start}; at
   * most one listener for each kind.
   *
   * @param kind a short name of lower-case ASCII letters
   */
  void listen(String kind, Listener listener);

  /**
   * Connects. Messages that others send after this method has returned are received.
   *
   * @throws RuntimeException if the others can't be reached
   */
  void start();

  /**
   * Sends a message to all other servers. It may be as large as the largest message that a server
   * accepts. Never fails: a message that can't be sent now is lost, and the others are told so as
   * soon as possible. Has no effect after {@link #close}.
   *
   * @param message nobody may modify it afterwards
   */
  void send(String kind, byte[] message);

  /** Sends what waits to be sent, within a second, and releases all resources. */
  @Override
  void close();
}
