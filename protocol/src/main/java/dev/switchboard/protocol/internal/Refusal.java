package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An {@code error} in the making ({@code spec/protocol.md#6-answers}).
 *
 * @param id the message it answers, null if that had none
 */
public record Refusal(
    @Nullable Id id,
    ErrorCode code,
    String message,
    boolean retryable,
    Map<String, Object> details) {

  /** A refusal that is as retryable as its code. */
  public static Refusal of(@Nullable Id id, ErrorCode code, String message) {
    return new Refusal(id, code, message, code.retryable(), Map.of());
  }

  /** The refusal that says what a failure was, without anything a client must not see. */
  public static Refusal of(@Nullable Id id, Throwable failure) {
    return switch (failure) {
      case RefusedException refused ->
          new Refusal(
              id,
              refused.code(),
              String.valueOf(refused.getMessage()),
              refused.retryable(),
              refused.details());
      // What we failed to send is our own fault, not that of who gets this.
      case InvalidMessageException invalid when invalid.unsent().isEmpty() ->
          new Refusal(
              id,
              ErrorCode.INVALID,
              String.valueOf(invalid.getMessage()),
              false,
              Map.of("path", invalid.path(), "rule", invalid.rule()));
      default -> of(id, ErrorCode.INTERNAL, "the server failed");
    };
  }
}
