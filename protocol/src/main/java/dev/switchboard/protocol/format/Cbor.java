package dev.switchboard.protocol.format;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/** Reads CBOR that {@code CborCheck} has accepted, and converts it to JSON. */
public final class Cbor {
  private static final CBORFactory FACTORY =
      CBORFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(EncodingLimits.MAX_DEPTH).build())
          .build();

  /** The mapper, as strict as the one for JSON. Thread-safe. */
  public static final CBORMapper MAPPER = Json.strict(CBORMapper.builder(FACTORY), true).build();

  private Cbor() {}

  /** Converts CBOR to equivalent JSON. Byte strings become base64. */
  public static byte[] toJson(byte[] cbor) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(cbor.length * 2);
    try (JsonParser from = FACTORY.createParser(ObjectReadContext.empty(), cbor);
        JsonGenerator to = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      for (JsonToken token = from.nextToken(); token != null; token = from.nextToken()) {
        copy(token, from, to);
      }
    }
    return out.toByteArray();
  }

  private static void copy(JsonToken token, JsonParser from, JsonGenerator to) {
    switch (token) {
      case START_OBJECT -> to.writeStartObject();
      case END_OBJECT -> to.writeEndObject();
      case START_ARRAY -> to.writeStartArray();
      case END_ARRAY -> to.writeEndArray();
      case PROPERTY_NAME -> to.writeName(from.currentName());
      case VALUE_STRING -> to.writeString(from.getString());
      case VALUE_NUMBER_INT -> integer(from, to);
      case VALUE_NUMBER_FLOAT -> real(from, to);
      case VALUE_TRUE -> to.writeBoolean(true);
      case VALUE_FALSE -> to.writeBoolean(false);
      case VALUE_NULL -> to.writeNull();
      case VALUE_EMBEDDED_OBJECT ->
          to.writeString(Base64.getEncoder().encodeToString(from.getBinaryValue()));
      case NOT_AVAILABLE -> throw new IllegalStateException("token: " + token);
    }
  }

  private static void integer(JsonParser from, JsonGenerator to) {
    if (from.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      to.writeNumber(from.getBigIntegerValue());
    } else {
      to.writeNumber(from.getLongValue());
    }
  }

  private static void real(JsonParser from, JsonGenerator to) {
    if (from.getNumberType() == JsonParser.NumberType.BIG_DECIMAL) {
      to.writeNumber(from.getDecimalValue());
    } else {
      to.writeNumber(from.getDoubleValue());
    }
  }
}
