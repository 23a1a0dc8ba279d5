package dev.switchboard.protocol;

import dev.switchboard.protocol.format.Cbor;
import dev.switchboard.protocol.format.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;

/** Converts between records and {@code data}. Thread-safe. */
final class DataCodec {
  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

  private static final int MOST_CONSTANTS = 30;

  private final Shape.Shapes shapes;
  private final JsonMapper writing;
  private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();
  private final Map<Class<?>, ObjectReader> binaryReaders = new ConcurrentHashMap<>();
  private final Map<Class<?>, ObjectWriter> writers = new ConcurrentHashMap<>();

  /** Creates a codec for the records with these shapes. */
  public DataCodec(Shape.Shapes shapes, JsonMapper writing) {
    this.shapes = shapes;
    this.writing = writing;
  }

  /** Returns the message as JSON. */
  public byte[] encode(MessageType<?> type, Object message) {
    shapes.requirePresent(message, "data");
    return writers
        .computeIfAbsent(type.recordClass(), writing::writerFor)
        .writeValueAsBytes(message);
  }

  /** Returns the message for this data; null stands for an empty object. */
  public <T> T decode(MessageType<T> type, @Nullable Payload data) {
    boolean binary = data != null && data.binary();
    T message;
    try {
      message =
          (binary ? binaryReaders : readers)
              .computeIfAbsent(
                  type.recordClass(), binary ? Cbor.MAPPER::readerFor : Json.MAPPER::readerFor)
              .readValue(data == null ? EMPTY : data.bytes());
    } catch (JacksonException bad) {
      throw explained(bad);
    }
    if (message == null) {
      throw new InvalidMessageException("data", "required", "data: null (expected: an object)");
    }
    shapes.requirePresent(message, "data");
    return message;
  }

  private static InvalidMessageException explained(JacksonException bad) {
    String path = path(bad.getPath());
    if (bad.getCause() instanceof IllegalArgumentException refused) { // a record's own constructor
      return new InvalidMessageException(path, "constraint", path + ": " + refused.getMessage());
    }
    if (bad instanceof InputCoercionException beyond) {
      return wrong(path, beyond.getTargetType());
    }
    if (bad instanceof MismatchedInputException mismatch) {
      String what = bad.getOriginalMessage();
      if (what.startsWith("Cannot map `null`") || what.startsWith("Cannot coerce `null`")) {
        return new InvalidMessageException(
            path, "required", path + ": missing or null (expected: a value)");
      }
      return mismatch instanceof InvalidFormatException unread
              && unread.getValue() instanceof String text
          ? InvalidMessageException.of(path, "type", text, expected(mismatch.getTargetType()))
          : wrong(path, mismatch.getTargetType());
    }
    return new InvalidMessageException(path, "format", path + ": cannot be read");
  }

  private static InvalidMessageException wrong(String path, @Nullable Class<?> type) {
    return new InvalidMessageException(
        path, "type", path + ": wrong type (expected: " + expected(type) + ")");
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "another type";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
              .map(constant -> Json.MAPPER.<JsonNode>valueToTree(constant).asString())
              .limit(MOST_CONSTANTS)
              .collect(Collectors.joining(", ", "one of ", ""))
          + (type.getEnumConstants().length > MOST_CONSTANTS ? ", …" : "");
    }
    if (type.isRecord() || Map.class.isAssignableFrom(type)) {
      return "an object";
    }
    return type == byte[].class
        ? "bytes, as base64 in JSON"
        : type.isArray() || Collection.class.isAssignableFrom(type)
            ? "an array"
            : type.getSimpleName();
  }

  private static String path(List<JacksonException.Reference> references) {
    StringBuilder path = new StringBuilder("data");
    for (JacksonException.Reference reference : references) {
      if (reference.getPropertyName() != null) {
        path.append('.').append(reference.getPropertyName());
      } else {
        path.append('[').append(reference.getIndex()).append(']');
      }
    }
    return path.toString();
  }
}
