package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

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

  /** What the {@code error} of another side says, read leniently. */
  public static RefusedException read(JsonNode tree) {
    String wire = tree.path("code").asString("");
    ErrorCode code = ErrorCode.of(wire).orElse(ErrorCode.INTERNAL);
    Map<String, Object> details = new HashMap<>();
    tree.path("details")
        .properties()
        .forEach(one -> details.put(one.getKey(), detail(one.getValue())));
    boolean known = ErrorCode.of(wire).isPresent();
    return new RefusedException(
        code,
        known ? tree.path("message").asString("") : wire + ": " + tree.path("message").asString(""),
        tree.path("retryable").asBoolean(known && code.retryable()),
        details);
  }

  private static Object detail(JsonNode value) {
    if (value.isIntegralNumber()) {
      return value.asLong(0);
    }
    return value.isString() ? value.stringValue() : value.toString();
  }
}
