package dev.switchboard.transport;

/**
 * A server could not listen: the port is in use, or the address is not this machine's. Trying again
 * helps once the port is free.
 */
public final class BindFailedException extends TransportException {
  private static final long serialVersionUID = 1;

  /** Made by the transport. */
  public BindFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
