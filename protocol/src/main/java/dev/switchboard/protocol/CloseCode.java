package dev.switchboard.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A close code with a name. Codes 1000–1015 are those of RFC 6455 §7.4 and its registry, 4001–4509
 * are Switchboard's own ({@code spec/protocol.json}). Users may send any code from 3000 to 4999 as
 * a plain number. Immutable.
 */
public enum CloseCode {
  // generated: close-codes, by spec/Generate.java from spec/protocol.json
  /** The connection has served its purpose. Final. */
  NORMAL(1000, false, true),
  /** The server is shutting down, or the user left the page. */
  GOING_AWAY(1001, true, true),
  /** The peer violated RFC 6455. Final. */
  PROTOCOL_ERROR(1002, false, true),
  /** The peer sent a kind of data that is not accepted. Final. */
  UNSUPPORTED_DATA(1003, false, true),
  /** The close frame had no code. Never sent. */
  NO_STATUS(1005, true, false),
  /** The connection was lost without a close frame. Never sent. */
  ABNORMAL(1006, true, false),
  /** A text message was not UTF-8. Final. */
  INVALID_PAYLOAD(1007, false, true),
  /** A rule of the server forbids the connection. Final. */
  POLICY_VIOLATION(1008, false, true),
  /** A message was larger than the limit. Final. */
  TOO_BIG(1009, false, true),
  /** The client needs an extension that the server did not grant. Final. */
  MANDATORY_EXTENSION(1010, false, true),
  /** The server failed. */
  INTERNAL_ERROR(1011, true, true),
  /** The server is restarting. */
  SERVICE_RESTART(1012, true, true),
  /** The server is overloaded. The reason may hold {@code retryAfter} in milliseconds. */
  TRY_AGAIN_LATER(1013, true, true),
  /** A gateway got a bad response. */
  BAD_GATEWAY(1014, true, true),
  /** The TLS handshake failed. Never sent. */
  TLS_FAILURE(1015, true, false),
  /** The proof of who the user is has expired; a new one is needed. */
  AUTH_EXPIRED(4001, true, true),
  /** More was waiting to be sent on this connection than the limit allows. */
  TOO_SLOW(4008, true, true),
  /** Nothing was received for the heartbeat's interval and timeout. */
  NO_HEARTBEAT(4009, true, true),
  /** The client sent too many messages. The reason may hold {@code retryAfter} in milliseconds. */
  RATE_LIMITED(4029, true, true),
  /** The credentials are missing or wrong. Final. */
  NOT_AUTHENTICATED(4501, false, true),
  /** This user is not allowed here. Final. */
  FORBIDDEN(4503, false, true),
  /** The operator closed the connection for good. Final. */
  BANNED(4505, false, true),
  /** Another connection resumed this session. Final. */
  SESSION_TAKEN_OVER(4509, false, true);
  // end of close-codes

  // generated: reconnect-codes, by spec/Generate.java from spec/protocol.json
  private static final int FIRST_RECONNECT = 4000;
  private static final int LAST_RECONNECT = 4499;
  // end of reconnect-codes

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
    return named != null ? named.comesBack : inReconnectRange(code);
  }

  /**
   * Whether a code, named or not, is one of 4000–4499, which end a connection for a reason that may
   * pass.
   */
  public static boolean inReconnectRange(int code) {
    return code >= FIRST_RECONNECT && code <= LAST_RECONNECT;
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
