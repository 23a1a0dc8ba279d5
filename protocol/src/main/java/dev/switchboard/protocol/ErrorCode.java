package dev.switchboard.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Why a message was refused: the codes of {@code spec/codes.json}. Immutable. */
public enum ErrorCode {
  /** Not an envelope: not JSON, or a key has the wrong kind of value. */
  BAD_MESSAGE(false),
  /** No such message type here. */
  UNKNOWN_TYPE(false),
  /** The data breaks a rule. */
  INVALID(false),
  /** Sign in first. */
  NOT_AUTHENTICATED(false),
  /** This user may not do this. */
  FORBIDDEN(false),
  /** What was named does not exist. */
  NOT_FOUND(false),
  /** Join the room first. */
  NOT_A_MEMBER(false),
  /** Not possible in this state. */
  CONFLICT(false),
  /** More than the limit. */
  TOO_LARGE(false),
  /** Too much in too short a time. */
  RATE_LIMITED(true),
  /** A part that is needed does not answer. */
  UNAVAILABLE(true),
  /** No answer in time. */
  TIMEOUT(true),
  /** The server failed, and would fail again. */
  INTERNAL(false);

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
