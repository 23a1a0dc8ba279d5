package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Payload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.exc.MismatchedInputException;

/** Turns {@code data} into records and back. Thread-safe. */
public final class DataCodec {
  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

  private final Shape.Shapes shapes;
  private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();
  private final Map<Class<?>, ObjectReader> binaryReaders = new ConcurrentHashMap<>();
  private final Map<Class<?>, ObjectWriter> writers = new ConcurrentHashMap<>();

  /** A codec for the records of those shapes. */
  public DataCodec(Shape.Shapes shapes) {
    this.shapes = shapes;
  }

  /** The JSON of a message. */
  public byte[] encode(MessageType<?> type, Object message) {
    shapes.requirePresent(message, "data");
    return writers
        .computeIfAbsent(type.recordClass(), Json.MAPPER::writerFor)
        .writeValueAsBytes(message);
  }

  /** The message of some data; null stands for an empty object. */
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
    if (bad instanceof MismatchedInputException mismatch) {
      Class<?> expected = mismatch.getTargetType();
      if (bad.getOriginalMessage().contains("null")) {
        return new InvalidMessageException(
            path, "required", path + ": missing or null (expected: a value)");
      }
      String what = expected == null ? "another type" : expected.getSimpleName();
      return new InvalidMessageException(
          path, "type", path + ": wrong type (expected: " + what + ")");
    }
    return new InvalidMessageException(path, "format", path + ": cannot be read");
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
