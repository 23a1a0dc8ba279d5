package dev.switchboard.protocol;

import org.jspecify.annotations.Nullable;

/** A connection that did not come about. */
public final class ConnectFailedException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final boolean retryable;

  /**
   * A failure before or during the upgrade.
   *
   * @param status the HTTP status of a refused upgrade, 0 if none was received
   * @param retryable whether trying again can help
   */
  public ConnectFailedException(
      String message, int status, boolean retryable, @Nullable Throwable cause) {
    super(message);
    if (cause != null) {
      initCause(cause);
    }
    this.status = status;
    this.retryable = retryable;
  }

  /** The HTTP status of a refused upgrade, 0 if none was received. */
  public int status() {
    return status;
  }

  /** Whether trying again can help. */
  public boolean retryable() {
    return retryable;
  }
}
