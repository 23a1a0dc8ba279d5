package dev.switchboard.transport;

/** What can go wrong with sockets. */
public sealed class TransportException extends RuntimeException
    permits BindFailedException, HandshakeException {
  private static final long serialVersionUID = 1;

  TransportException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
  }
}
