package dev.switchboard.security;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON objects that two readers can't read differently: valid UTF-8, no duplicate keys, nothing
 * after the end, no deep nesting, no huge numbers. Stateless.
 */
final class StrictJson {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_DIGITS = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_DIGITS)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /** An object, or null if the bytes are anything else. Unmodifiable; values may be null. */
  static @Nullable Map<String, @Nullable Object> object(byte[] utf8) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      Object value = MAPPER.readValue(text, Object.class);
      return value instanceof Map<?, ?> map && finite(map) ? frozen(map) : null;
    } catch (CharacterCodingException | JacksonException malformed) {
      return null; // what Jackson says may quote a secret
    }
  }

  /** Whether no number was too large to be read as what it is. */
  private static boolean finite(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> map.values().stream().allMatch(StrictJson::finite);
      case List<?> list -> list.stream().allMatch(StrictJson::finite);
      case Double number -> Double.isFinite(number);
      case null, default -> true;
    };
  }

  static byte[] bytes(Map<String, ?> object) {
    return MAPPER.writeValueAsBytes(object);
  }

  private static Map<String, @Nullable Object> frozen(Map<?, ?> map) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put((String) key, frozenValue(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object frozenValue(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return frozen(map);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(each -> copy.add(frozenValue(each)));
      return Collections.unmodifiableList(copy);
    }
    return value;
  }
}
