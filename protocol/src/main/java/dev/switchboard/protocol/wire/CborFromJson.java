package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.format.CborBytes;
import dev.switchboard.protocol.format.EncodingLimits;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Converts JSON to equivalent CBOR ({@code spec/protocol.md#13-cbor}). Any valid JSON can be
 * converted, because a failure would hurt the readers and not the publisher: of a duplicate key,
 * the last value counts, and a number that CBOR cannot represent here becomes null. Confined to one
 * thread, used once.
 */
public final class CborFromJson {
  /**
   * Wide bounds, because published messages have passed the bounds that apply to their publisher.
   */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1_000)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final int MAX_DIGITS = 1_000;

  private final CborBytes out;

  private CborFromJson(int size) {
    out = new CborBytes(size);
  }

  /**
   * Converts JSON to CBOR.
   *
   * @param places where base64 stands for a byte string
   */
  public static byte[] turn(byte[] json, BinaryPlaces places) {
    return new CborFromJson(json.length).convert(json, places);
  }

  private byte[] convert(byte[] json, BinaryPlaces places) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      parser.nextToken();
      write(read(parser), places);
    }
    return out.toArray();
  }

  private static @Nullable Object read(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
          parser.nextToken();
          map.put(key, read(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> real(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private static @Nullable Object integer(JsonParser parser) {
    if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return parser.getLongValue();
    }
    return parser.getStringLength() > MAX_DIGITS ? null : within(parser.getBigIntegerValue());
  }

  private static @Nullable BigInteger within(BigInteger value) {
    return value.bitLength() <= EncodingLimits.MAX_NUMBER_BYTES * 8 ? value : null;
  }

  /** Returns a double if it equals the number, otherwise a decimal. */
  private static @Nullable Object real(String text) {
    double near = Double.parseDouble(text);
    if (text.equals(Double.toString(near))) {
      return near;
    }
    if (text.length() > MAX_DIGITS) {
      return null;
    }
    BigDecimal exact;
    try {
      exact = new BigDecimal(text);
    } catch (NumberFormatException beyond) { // an exponent of more than 32 bits
      return null;
    }
    if (Double.isFinite(near) && BigDecimal.valueOf(near).compareTo(exact) == 0) {
      return near;
    }
    boolean small = Math.abs((long) exact.scale()) < EncodingLimits.MAX_EXPONENT;
    return small && within(exact.unscaledValue()) != null ? exact : null;
  }

  private void write(@Nullable Object value, BinaryPlaces places) {
    switch (value) {
      case null -> out.nothing();
      case Map<?, ?> map -> {
        out.head(CborBytes.MAP, map.size());
        map.forEach((key, one) -> {
          out.text((String) key);
          write(one, places.under((String) key));
        });
      }
      case List<?> list -> {
        out.head(CborBytes.ARRAY, list.size());
        list.forEach(one -> write(one, places.each()));
      }
      case String text -> text(text, places);
      case Long number -> out.integer(number);
      case BigInteger number -> out.integer(number);
      case Double number -> out.real(number);
      case BigDecimal number -> decimal(number);
      case Boolean flag -> out.flag(flag);
      default -> throw new IllegalStateException("value: " + value.getClass());
    }
  }

  private void decimal(BigDecimal number) {
    out.head(CborBytes.TAG, CborBytes.TAG_DECIMAL);
    out.head(CborBytes.ARRAY, 2);
    out.integer(-(long) number.scale());
    out.integer(number.unscaledValue());
  }

  private void text(String text, BinaryPlaces places) {
    if (places.here()) {
      try {
        byte[] bytes = Base64Variants.MIME_NO_LINEFEEDS.decode(text);
        out.bytes(bytes, 0, bytes.length);
        return;
      } catch (IllegalArgumentException none) { // stored before the component became a byte[]
        out.text(text);
        return;
      }
    }
    out.text(text);
  }
}
