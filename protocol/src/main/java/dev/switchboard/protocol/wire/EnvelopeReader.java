package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Names;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.format.EncodingLimits;
import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.ObjectMapper;

/**
 * Reads one envelope in a single pass. It checks that {@code data} is valid and copies it
 * unchanged, so relaying it costs a copy instead of a tree. If a key is invalid, it remembers the
 * first problem and reads on, because the {@code id} that the error needs may come later. Confined
 * to one thread, used once.
 */
final class EnvelopeReader {
  private static final long MAX_INTEGER = 1L << 53;
  private static final String ID_RULE =
      "an integer from 0 to 2^53-1 or a string of 1-" + Limits.MAX_ID_CHARACTERS + " characters";
  private static final String ROOMS_RULE = "1-" + Limits.MAX_ADDRESSED_ROOMS + " distinct names";

  private final byte[] message;
  private final ObjectMapper mapper;
  private final boolean binary;

  // What has been read so far. Set while read() runs, by its thread.
  private @Nullable String type;
  private @Nullable Id id;
  private @Nullable Id re;
  private @Nullable String messageId;
  private List<Address> addresses = List.of();
  private boolean several; // whether there are rooms rather than a room
  private boolean clash; // whether there is more than one of room, rooms, user and everyone
  private boolean fleeting;
  private boolean echo = true;
  private @Nullable String from;
  private long seq;
  private long timestamp;
  private @Nullable Payload payload;
  private @Nullable String problem; // the first thing that is wrong
  private int seen; // the keys that were read, as a bit set, to find duplicates

  /**
   * Creates a reader for one message.
   *
   * @param binary whether it is CBOR that {@link CborCheck} has accepted
   */
  EnvelopeReader(byte[] message, ObjectMapper mapper, boolean binary) {
    this.message = message;
    this.mapper = mapper;
    this.binary = binary;
  }

  Envelope read() {
    try (JsonParser parser =
        mapper.tokenStreamFactory().createParser(ObjectReadContext.empty(), message)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEnvelope(
            null,
            "message: not a "
                + (binary ? "CBOR map" : "JSON object")
                + " (expected: {\"type\":…})");
      }
      for (String key = parser.nextName(); key != null; key = parser.nextName()) {
        parser.nextToken();
        key(key, parser);
      }
      if (parser.nextToken() != null) {
        throw new MalformedEnvelope(id, "message: more than one JSON value (expected: one object)");
      }
    } catch (StreamConstraintsException beyond) {
      throw new MalformedEnvelope(id, "message: " + bound(String.valueOf(beyond.getMessage())));
    } catch (JacksonException broken) {
      throw new MalformedEnvelope(
          id, "message: not " + (binary ? "CBOR" : "JSON") + " (at byte " + offset(broken) + ")");
    }
    if (type == null) {
      note("type: missing (expected: [a-z][a-z0-9_.-]{0,63})");
    }
    String name = type;
    if (clash
        && name != null
        && !MessageType.isReserved(name)) { // user_joined has both a room and a user
      note("room, rooms, user, everyone: more than one given (expected: at most one)");
    }
    if (problem != null || name == null) {
      throw new MalformedEnvelope(id, String.valueOf(problem));
    }
    return new Envelope(
        name,
        id,
        re,
        messageId,
        addresses,
        several,
        fleeting,
        echo,
        from,
        seq,
        timestamp,
        payload,
        MessageType.isReserved(name) ? mapper.readTree(message) : null);
  }

  /** Describes which bound was exceeded. Jackson says so only in the text of its message. */
  private static String bound(String words) {
    if (words.contains("nesting depth")) {
      return "nested too deeply (expected: at most " + EncodingLimits.MAX_DEPTH + " levels)";
    }
    if (words.contains("Number value length")) {
      return "number too long (expected: at most " + Json.MAX_DIGITS + " characters)";
    }
    return "key or text too long (expected: keys of at most " + Json.MAX_KEY + " characters)";
  }

  private static long offset(JacksonException broken) {
    return broken.getLocation() == null ? 0 : Math.max(0, broken.getLocation().getByteOffset());
  }

  private void key(String key, JsonParser parser) {
    switch (key) {
      case "type" -> type(once(0, key, parser));
      case "id" -> id = id(key, once(1, key, parser));
      case "re" -> re = id(key, once(2, key, parser));
      case "messageId" -> messageId(once(3, key, parser));
      case "room" -> address(key, name(key, once(4, key, parser)), Address::room);
      case "user" -> address(key, name(key, once(5, key, parser)), Address::user);
      case "rooms" -> rooms(once(6, key, parser));
      case "everyone" -> {
        if (flag(key, once(7, key, parser), false)) {
          address(key, key, ignored -> Address.EVERYONE);
        }
      }
      case "fleeting" -> fleeting = flag(key, once(8, key, parser), false);
      case "echo" -> echo = flag(key, once(9, key, parser), true);
      case "data" -> data(once(10, key, parser));
      case "from" ->
          from =
              parser.currentToken() == JsonToken.VALUE_STRING
                  ? parser.getString()
                  : skipped(parser);
      case "seq" -> seq = integer(parser);
      case "timestamp" -> timestamp = integer(parser);
      default -> parser.skipChildren();
    }
  }

  private JsonParser once(int bit, String key, JsonParser parser) {
    if ((seen & 1 << bit) != 0) {
      note(key + ": given twice (expected: once)");
    }
    seen |= 1 << bit;
    return parser;
  }

  private void type(JsonParser parser) {
    String text = text("type", parser);
    if (text != null) {
      if (typeName(text)) {
        type = text;
      } else {
        note("type: malformed (expected: [a-z][a-z0-9_.-]{0,63})");
      }
    }
  }

  private static boolean typeName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = c >= 'a' && c <= 'z';
      boolean later = (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
      if (!letter && (i == 0 || !later)) {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= Limits.MAX_TYPE_CHARACTERS;
  }

  private @Nullable Id id(String key, JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long number = parser.getLongValue();
      if (number >= 0 && number < MAX_INTEGER) {
        return Id.of(number);
      }
    } else if (token == JsonToken.VALUE_STRING) {
      String text = parser.getString();
      if (!text.isEmpty() && text.length() <= Limits.MAX_ID_CHARACTERS) {
        return Id.of(text);
      }
    }
    parser.skipChildren();
    note(key + ": wrong kind (expected: " + ID_RULE + ")");
    return null;
  }

  private void messageId(JsonParser parser) {
    String text = text("messageId", parser);
    if (text != null && !Names.validMessageId(text)) {
      note("messageId: malformed (expected: " + Names.MESSAGE_ID_RULE + ")");
    } else {
      messageId = text;
    }
  }

  private void rooms(JsonParser parser) {
    several = true;
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      note("rooms: wrong kind (expected: an array of " + ROOMS_RULE + ")");
      return;
    }
    List<Address> rooms = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String name = name("rooms", parser);
      if (name != null && rooms.size() <= Limits.MAX_ADDRESSED_ROOMS) {
        Address room = Address.room(name);
        if (rooms.contains(room)) {
          note("rooms: duplicate name (expected: " + ROOMS_RULE + ")");
        }
        rooms.add(room);
      }
    }
    if (rooms.isEmpty() || rooms.size() > Limits.MAX_ADDRESSED_ROOMS) {
      note("rooms: none or too many (expected: " + ROOMS_RULE + ")");
    }
    addresses(List.copyOf(rooms));
  }

  private void address(
      String key, @Nullable String name, java.util.function.Function<String, Address> kind) {
    if (name != null) {
      addresses(List.of(kind.apply(name)));
    } else {
      note(key + ": wrong kind (expected: a name)");
    }
  }

  private void addresses(List<Address> given) {
    if (addresses.isEmpty()) {
      addresses = given;
      return;
    }
    clash = true;
    List<Address> all = new ArrayList<>(addresses);
    all.addAll(given);
    addresses = List.copyOf(all);
  }

  private @Nullable String name(String key, JsonParser parser) {
    String text = text(key, parser);
    if (text != null && !Names.valid(text)) {
      note(key + ": invalid name (expected: " + Names.RULE + ")");
      return null;
    }
    return text;
  }

  private @Nullable String text(String key, JsonParser parser) {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getString();
    }
    parser.skipChildren();
    note(key + ": wrong kind (expected: a string)");
    return null;
  }

  private boolean flag(String key, JsonParser parser, boolean otherwise) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return token == JsonToken.VALUE_TRUE;
    }
    parser.skipChildren();
    note(key + ": wrong kind (expected: true or false)");
    return otherwise;
  }

  /**
   * Reads a key that only a server sets. It is not checked, because it means nothing from a client.
   */
  private static long integer(JsonParser parser) {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return parser.getLongValue();
    }
    parser.skipChildren();
    return 0;
  }

  private static @Nullable String skipped(JsonParser parser) {
    parser.skipChildren();
    return null;
  }

  private void data(JsonParser parser) {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = (int) parser.currentLocation().getByteOffset();
    byte[] data = Arrays.copyOfRange(message, start, end);
    payload = binary ? Payload.cbor(data) : Payload.json(data);
  }

  private void note(String what) {
    if (problem == null) {
      problem = what;
    }
  }
}
