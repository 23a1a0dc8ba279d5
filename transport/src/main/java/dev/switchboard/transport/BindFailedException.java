package dev.switchboard.transport;

/**
 * Thrown when a server can't listen: the port is in use, or the address is not this machine's.
 * Retrying helps once the port is free.
 */
public final class BindFailedException extends TransportException {
  private static final long serialVersionUID = 1;

  /** Called by the transport. */
  public BindFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
