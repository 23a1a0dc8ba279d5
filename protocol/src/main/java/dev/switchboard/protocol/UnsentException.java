package dev.switchboard.protocol;

/**
 * A message was not sent and reached nobody. The exception carries the message. Whether retrying
 * helps depends on the reason.
 */
public final class UnsentException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final transient Object unsent;

  /** Creates the exception with the message that was not sent. */
  public UnsentException(String message, Object unsent) {
    super(message);
    this.unsent = unsent;
  }

  /** Creates the exception for a client that was closed or has given up reconnecting. */
  public static UnsentException closed(Object unsent) {
    return new UnsentException("client: closed (expected: a call before close)", unsent);
  }

  /** Returns what was not sent. */
  public Object unsent() {
    return unsent;
  }
}
