package dev.switchboard.server.delivery;

/** The connection that a {@link Feed} is for, as delivery sees it. Confined to its loop. */
public interface Receiver {
  /** The id of its session: what that session published without echo is not for it. */
  String sessionId();

  /** Whose it is: a notice about that user is not for it. */
  String user();

  /** Closes it with a code and a reason. */
  void close(int code, String reason);

  /** Closes it with 4008: going on would leave a hole. */
  void tooSlow(String why);

  /** Something of ours failed while it was sent to. */
  void failed(String what, Throwable failure);
}
