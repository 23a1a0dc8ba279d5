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

  /** What was not sent. */
  public Object unsent() {
    return unsent;
  }
}
