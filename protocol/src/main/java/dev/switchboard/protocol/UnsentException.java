package dev.switchboard.protocol;

/**
 * A message that was not sent, with the message. It reached nobody; whether trying again helps
 * depends on why.
 */
public final class UnsentException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final transient Object unsent;

  /** Gives back what was not sent. */
  public UnsentException(String message, Object unsent) {
    super(message);
    this.unsent = unsent;
  }

  /** The client was closed, or has given up. */
  public static UnsentException closed(Object unsent) {
    return new UnsentException("client: already closed (expected: a call before that)", unsent);
  }

  /** What was not sent. */
  public Object unsent() {
    return unsent;
  }
}
