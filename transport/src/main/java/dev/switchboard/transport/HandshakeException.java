package dev.switchboard.transport;

import org.jspecify.annotations.Nullable;

/** A client could not connect. {@link #kind} says why and so whether trying again can help. */
public final class HandshakeException extends TransportException {
  private static final long serialVersionUID = 1;

  /** Why connecting failed. */
  public enum Kind {
    /** No such host, refused, reset, unreachable. Trying again can help. */
    NETWORK,
    /** {@code connectTimeout} passed. Trying again can help. */
    TIMEOUT,
    /** TLS failed, the certificate among it. */
    TLS,
    /** The server answered with a status other than 101; see {@link HandshakeException#status}. */
    STATUS,
    /** The answer breaks RFC 6455 §4.1. */
    PROTOCOL
  }

  private final Kind kind;
  private final int status;
  private final transient Headers headers;
  private final String body;

  /** Made by the transport; public for tests of its users. */
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

  /** Without an answer from the server. */
  public HandshakeException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, 0, Headers.EMPTY, "", cause);
  }

  /** Why. */
  public Kind kind() {
    return kind;
  }

  /** The HTTP status, or 0 if there was no answer. */
  public int status() {
    return status;
  }

  /** The response's headers, {@code Retry-After} among them. */
  public Headers headers() {
    return headers;
  }

  /** The start of the response's body, at most 4 KiB. */
  public String body() {
    return body;
  }
}
