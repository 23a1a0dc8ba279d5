package dev.switchboard.protocol.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.databind.ObjectMapper;

/** Cuts the entries out of a page unchanged, so that no number is rounded. Stateless. */
final class Entries {
  private Entries() {}

  static List<Envelope> in(byte[] message, ObjectMapper mapper, Encoding encoding) {
    List<Envelope> entries = new ArrayList<>();
    try (JsonParser parser =
        mapper.tokenStreamFactory().createParser(ObjectReadContext.empty(), message)) {
      parser.nextToken();
      for (String key = parser.nextName(); key != null; key = parser.nextName()) {
        if (parser.nextToken() == JsonToken.START_ARRAY && key.equals("messages")) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            int start = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            int end = (int) parser.currentLocation().getByteOffset();
            entries.add(encoding.read(Arrays.copyOfRange(message, start, end)));
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    return List.copyOf(entries);
  }
}
