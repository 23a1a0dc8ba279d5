package dev.switchboard.protocol.internal;

/**
 * What a {@link ClientSession} wants done. Called within its inputs; must not call back into it.
 */
public interface ClientEffects {

  /** Opens a socket; {@code opened} or {@code failed} follows with the same number. */
  void connect(int connection);

  /** Sends a text message. */
  void send(byte[] json);

  /** Sends a message whose end {@code written} is to tell. */
  void send(long id, ClientAsk.Frame frame);

  /** Sends a message that is read meanwhile; its end is told by {@code written} too. */
  void send(long id, ClientAsk.Streamed stream);

  /** Asks with a message, or otherwise if that would have to wait behind another. */
  default void ping(byte[] message) {
    send(message);
  }

  /** Sends a text message if there is room for it, otherwise drops it. */
  void sendIfRoom(byte[] json);

  /** Sends a ping frame. */
  void ping();

  /** Starts the close handshake. */
  void close(int code, String reason);

  /**
   * Ends the socket, or the attempt to open one, without a handshake. Nothing more of it counts.
   */
  void abandon();

  /** The state has changed. */
  void state(ClientState state);

  /** Tells the user. */
  void report(ClientReport report);
}
