package dev.switchboard.client;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.format.Json;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Finds the type, data and time in a message of a server other than Switchboard, in one pass. Data
 * is copied unchanged. Confined to one thread, used once.
 */
final class MessageFormatReader {
  /** A message: its type, its data, and its time or the current one, in milliseconds since 1970. */
  record Message(String type, @Nullable Payload payload, long timestamp) {}

  private final boolean flat;
  private final byte[] utf8;

  // What has been read so far. Set by read().
  private @Nullable String type;
  private byte @Nullable [] data;
  private long timestamp;

  MessageFormatReader(boolean flat, byte[] utf8) {
    this.flat = flat;
    this.utf8 = utf8;
  }

  /** Returns the message, or null if it has no type. */
  @Nullable Message read() {
    try (JsonParser parser = Json.MAPPER.createParser(utf8)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String key = parser.nextName(); key != null; key = parser.nextName()) {
        parser.nextToken();
        key(key, parser);
      }
      if (parser.nextToken() != null) {
        return null;
      }
    } catch (JacksonException other) {
      return null;
    }
    if (type == null) {
      return null;
    }
    long time = timestamp > 0 ? timestamp : System.currentTimeMillis();
    return new Message(type, Payload.json(flat ? utf8 : data), time);
  }

  private void key(String key, JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (key.equals("type") && token == JsonToken.VALUE_STRING) {
      type = parser.getString();
    } else if (key.equals("timestamp") && token == JsonToken.VALUE_NUMBER_INT) {
      timestamp =
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? 0 : parser.getLongValue();
    } else if (key.equals("data")) {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      data = Arrays.copyOfRange(utf8, start, (int) parser.currentLocation().getByteOffset());
    } else {
      parser.skipChildren();
    }
  }
}
