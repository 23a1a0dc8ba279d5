package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a client can't connect. {@link #kind} tells why, and so whether retrying can help.
 */
public final class HandshakeException extends TransportException {
  private static final long serialVersionUID = 1;

  /** The reason why connecting failed. */
  public enum Kind {
    /** Unknown host, or connection refused, reset or unreachable. Retrying can help. */
    NETWORK,
    /** {@code connectTimeout} passed. Retrying can help. */
    TIMEOUT,
    /** The TLS handshake failed, for example because of the certificate. */
    TLS,
    /** The server answered with a status other than 101; see {@link HandshakeException#status}. */
    STATUS,
    /** The response violates RFC 6455 §4.1. */
    PROTOCOL
  }

  private final Kind kind;
  private final int status;
  private final transient Headers headers;
  private final String body;

  /** Called by the transport; public for tests of its users. */
  public HandshakeException(
      Kind kind,
      String message,
      int status,
      Headers headers,
      String body,
      @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Creates an exception for a failure without an HTTP response. */
  public HandshakeException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, 0, Headers.EMPTY, "", cause);
  }

  /** Returns the reason. */
  public Kind kind() {
    return kind;
  }

  /** Returns the HTTP status, or 0 if there was no response. */
  public int status() {
    return status;
  }

  /** Returns the response's headers, such as {@code Retry-After}. */
  public Headers headers() {
    return headers;
  }

  /** Returns the start of the response body, at most 4 KiB. */
  public String body() {
    return body;
  }
}
