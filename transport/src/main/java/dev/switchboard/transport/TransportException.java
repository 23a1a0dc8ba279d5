package dev.switchboard.transport;

/** The superclass of the transport's exceptions. */
public sealed class TransportException extends RuntimeException
    permits BindFailedException, HandshakeException {
  private static final long serialVersionUID = 1;

  TransportException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
  }
}
