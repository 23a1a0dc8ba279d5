package dev.switchboard.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Why a message was refused: the codes of {@code spec/protocol.json}. Immutable. */
public enum ErrorCode {
  // generated: error-codes, by spec/Generate.java from spec/protocol.json
  /** The message is not an envelope: it is not an object, or a key has the wrong kind of value. */
  BAD_MESSAGE(false),
  /** There is no such message type here. */
  UNKNOWN_TYPE(false),
  /** The data violates a rule. {@code details} has {@code path} and {@code rule}. */
  INVALID(false),
  /** The user must sign in first. */
  NOT_AUTHENTICATED(false),
  /** The user is not allowed to do this. */
  FORBIDDEN(false),
  /** What the message names does not exist. */
  NOT_FOUND(false),
  /** The client must join the room first. */
  NOT_A_MEMBER(false),
  /** The present state does not permit this. */
  CONFLICT(false),
  /** The message exceeds a size limit. */
  TOO_LARGE(false),
  /**
   * Too many messages in too short a time. {@code details} may have {@code retryAfter} in
   * milliseconds.
   */
  RATE_LIMITED(true),
  /** A part that is needed does not respond. */
  UNAVAILABLE(true),
  /** There was no answer in time. */
  TIMEOUT(true),
  /** The server failed, and would fail again: its code has a bug. */
  INTERNAL(false);
  // end of error-codes

  private static final Map<String, ErrorCode> BY_WIRE =
      Arrays.stream(values()).collect(Collectors.toMap(ErrorCode::wire, Function.identity()));

  private final String wire = name().toLowerCase(Locale.ROOT);
  private final boolean retryable;

  ErrorCode(boolean retryable) {
    this.retryable = retryable;
  }

  /** The word on the wire. */
  public String wire() {
    return wire;
  }

  /** Whether the same message can succeed later. */
  public boolean retryable() {
    return retryable;
  }

  /** The code of a word on the wire, or empty if this version does not know it. */
  public static Optional<ErrorCode> of(String wire) {
    return Optional.ofNullable(BY_WIRE.get(wire));
  }
}
