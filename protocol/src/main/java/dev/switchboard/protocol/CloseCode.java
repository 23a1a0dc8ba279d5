package dev.switchboard.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A close code with a name. Codes 1000–1015 are those of RFC 6455 §7.4 and its registry, 4001–4509
 * are Switchboard's own ({@code spec/codes.json}). Users may send any code from 3000 to 4999 as a
 * plain number. Immutable.
 */
public enum CloseCode {
  /** The purpose is fulfilled. Final. */
  NORMAL(1000, false, true),
  /** The server shuts down, or the page was left. */
  GOING_AWAY(1001, true, true),
  /** The peer broke RFC 6455. */
  PROTOCOL_ERROR(1002, false, true),
  /** A kind of data that cannot be taken. */
  UNSUPPORTED_DATA(1003, false, true),
  /** The close frame had no code. Never sent. */
  NO_STATUS(1005, true, false),
  /** The connection was lost without a close frame. Never sent. */
  ABNORMAL(1006, true, false),
  /** Text that is not UTF-8. */
  INVALID_PAYLOAD(1007, false, true),
  /** Refused by a rule of the server. Final. */
  POLICY_VIOLATION(1008, false, true),
  /** A message larger than the limit. */
  TOO_BIG(1009, false, true),
  /** The client needs an extension that the server did not grant. */
  MANDATORY_EXTENSION(1010, false, true),
  /** The server failed. */
  INTERNAL_ERROR(1011, true, true),
  /** The server restarts. */
  SERVICE_RESTART(1012, true, true),
  /** The server is overloaded. */
  TRY_AGAIN_LATER(1013, true, true),
  /** A gateway got a bad answer. */
  BAD_GATEWAY(1014, true, true),
  /** The TLS handshake failed. Never sent. */
  TLS_FAILURE(1015, true, false),
  /** The proof of who the user is has expired; with a new one the client may come back. */
  AUTH_EXPIRED(4001, true, true),
  /** More waited for this connection than its bound allows. */
  TOO_SLOW(4008, true, true),
  /** Nothing was heard for interval and timeout. */
  NO_HEARTBEAT(4009, true, true),
  /** Too many messages. */
  RATE_LIMITED(4029, true, true),
  /** No or wrong credentials. Final. */
  NOT_AUTHENTICATED(4501, false, true),
  /** This user may not be here. Final. */
  FORBIDDEN(4503, false, true),
  /** Closed by the operator for good. Final. */
  BANNED(4505, false, true),
  /** Another connection resumed this session. Final. */
  SESSION_TAKEN_OVER(4509, false, true);

  private static final Map<Integer, CloseCode> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(CloseCode::code, Function.identity()));

  private final int code;
  private final boolean comesBack;
  private final boolean sendable;

  CloseCode(int code, boolean comesBack, boolean sendable) {
    this.code = code;
    this.comesBack = comesBack;
    this.sendable = sendable;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** Whether a client should connect again after this close. */
  public boolean comesBack() {
    return comesBack;
  }

  /** Whether the code may stand in a close frame (RFC 6455 §7.4.1 reserves 1005, 1006 and 1015). */
  public boolean sendable() {
    return sendable;
  }

  /** The named code of a number, or empty if it has no name here. */
  public static Optional<CloseCode> of(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /**
   * Whether a client should connect again after a close with any code, named or not ({@code
   * spec/protocol.md#12-compatibility}).
   */
  public static boolean comesBack(int code) {
    CloseCode named = BY_CODE.get(code);
    return named != null ? named.comesBack : code >= 4000 && code <= 4499;
  }

  /**
   * Whether any code, named or not, may stand in a close frame: the sendable named ones and
   * 3000–4999.
   */
  public static boolean sendable(int code) {
    CloseCode named = BY_CODE.get(code);
    return named != null ? named.sendable : code >= 3000 && code <= 4999;
  }

  /**
   * Returns the code if it may be sent.
   *
   * @throws IllegalArgumentException if it is reserved or out of range
   */
  public static int requireSendable(int code) {
    if (!sendable(code)) {
      throw new IllegalArgumentException(
          "code: " + code + " (expected: a sendable code of RFC 6455 §7.4, or 3000-4999)");
    }
    return code;
  }
}
