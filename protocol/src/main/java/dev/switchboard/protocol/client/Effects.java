package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Draft;

/**
 * The actions of a {@link ClientSession}. Called during its inputs; implementations must not call
 * back into it.
 */
public interface Effects {

  /** Opens a socket; {@code opened} or {@code failed} follows with the same number. */
  void connect(int connection);

  /** Opens a socket with a token in its upgrade request; otherwise as {@link #connect(int)}. */
  default void connect(int connection, String token) {
    connect(connection);
  }

  /** Asks the user for a token; {@code token} or {@code noToken} follows with the same number. */
  default void token(int request) {
    throw new IllegalStateException("token: nobody gives one (expected: Tokens.NONE)");
  }

  /** The token that was asked for last is not waited for any longer. */
  default void tokenTooLate() {}

  /** Sends a message in the connection's encoding. */
  void send(Draft message);

  /** Sends a message; {@code written} with this ID follows. */
  void send(long id, Command.Frame frame);

  /** Sends a message that is read while it is sent; {@code written} with this ID follows. */
  void send(long id, Command.Streamed stream);

  /**
   * Pings with a message, or with a ping frame if the message would have to wait behind another.
   */
  default void ping(Draft message) {
    send(message);
  }

  /** Pings a server other than Switchboard with a text that it understands. */
  default void ping(byte[] words) {
    send(0, new Command.Frame(true, words));
  }

  /** Sends a message if the socket has room for it; otherwise drops it. */
  void sendIfRoom(Draft message);

  /** Sends a ping frame. */
  void ping();

  /** Starts the close handshake. */
  void close(int code, String reason);

  /**
   * Ends the socket, or the attempt to open one, without a handshake. Its further events are
   * ignored.
   */
  void abandon();

  /** The state has changed. */
  void state(SessionState state);

  /** Tells the user something. */
  void report(Report report);
}
