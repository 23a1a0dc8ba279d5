package dev.switchboard.server.delivery;

/** The connection of a {@link Feed}, as delivery sees it. Confined to the connection's loop. */
public interface Receiver {
  /**
   * Returns the session's ID. Messages that this session published without echo are not delivered
   * to it.
   */
  String sessionId();

  /** Returns the user's name. Notices about this user are not delivered to the connection. */
  String user();

  /** Closes the connection. */
  void close(int code, String reason);

  /** Closes the connection with 4008, because continuing would leave a gap. */
  void tooSlow(String why);

  /** Called when delivery to the connection failed inside the server. */
  void failed(String what, Throwable failure);
}
