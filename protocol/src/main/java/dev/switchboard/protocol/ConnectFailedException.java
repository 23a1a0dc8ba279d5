package dev.switchboard.protocol;

import org.jspecify.annotations.Nullable;

/** A connection attempt failed before or during the upgrade. */
public final class ConnectFailedException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final boolean retryable;

  /**
   * Creates the exception.
   *
   * @param message what went wrong
   * @param status the HTTP status of a refused upgrade; 0 if no response was received
   * @param retryable whether another attempt may succeed
   * @param cause the underlying failure, or null
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

  /** Returns the HTTP status of a refused upgrade, or 0 if no response was received. */
  public int status() {
    return status;
  }

  /** Whether another attempt may succeed. */
  public boolean retryable() {
    return retryable;
  }
}
