package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Draft;

/**
 * What a {@link ClientSession} wants done. Called within its inputs; must not call back into it.
 */
public interface Effects {

  /** Opens a socket; {@code opened} or {@code failed} follows with the same number. */
  void connect(int connection);

  /** Sends a message, in the connection's encoding. */
  void send(Draft message);

  /** Sends a message whose end {@code written} is to tell. */
  void send(long id, Command.Frame frame);

  /** Sends a message that is read meanwhile; its end is told by {@code written} too. */
  void send(long id, Command.Streamed stream);

  /** Asks with a message, or otherwise if that would have to wait behind another. */
  default void ping(Draft message) {
    send(message);
  }

  /** The same in the words of a server that is not ours. */
  default void ping(byte[] words) {
    send(0, new Command.Frame(true, words));
  }

  /** Sends a message if there is room for it, otherwise drops it. */
  void sendIfRoom(Draft message);

  /** Sends a ping frame. */
  void ping();

  /** Starts the close handshake. */
  void close(int code, String reason);

  /**
   * Ends the socket, or the attempt to open one, without a handshake. Nothing more of it counts.
   */
  void abandon();

  /** The state has changed. */
  void state(SessionState state);

  /** Tells the user. */
  void report(Report report);
}
