package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The content of an {@code error} to be sent ({@code spec/protocol.md#6-answers}). Immutable.
 *
 * @param id the ID of the message it answers; null if that had none
 */
public record Refusal(
    @Nullable Id id,
    ErrorCode code,
    String message,
    boolean retryable,
    Map<String, Object> details) {

  /** Returns a refusal that is retryable if its code is. */
  public static Refusal of(@Nullable Id id, ErrorCode code, String message) {
    return new Refusal(id, code, message, code.retryable(), Map.of());
  }

  /** Returns the refusal for a failure, without details that a client must not see. */
  public static Refusal of(@Nullable Id id, Throwable failure) {
    return switch (failure) {
      case RefusedException refused ->
          new Refusal(
              id,
              refused.code(),
              String.valueOf(refused.getMessage()),
              refused.retryable(),
              refused.details());
      // A message that this side failed to send is not the receiver's fault.
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

  /** Reads an {@code error} from the other side, leniently. */
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
