package dev.switchboard.encryption;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException;
import dev.switchboard.protocol.DecryptionException.Reason;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The protected header ({@code spec/encryption.md#the-header}): a flat JSON object of the keys that
 * are known here and no others, so nothing in it can choose an algorithm, compress, or ask for
 * work. Immutable.
 *
 * @param kid which key encrypted
 * @param binding what the message is bound to; its message id is not null
 */
record ProtectedHeader(String kid, Binding binding) {
  private static final String ALG = "A256KW";
  private static final String ENC = "A256GCM";
  private static final String TYP = "switchboard.v1";
  private static final int MAX_LENGTH = 2_731; // base64url of 2,048 bytes

  private static final Set<String> KNOWN =
      Set.of("alg", "enc", "kid", "typ", "room", "user", "everyone", "from", "type", "messageId");

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** The header as it stands in the message, and is authenticated. */
  String encoded() {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("alg", ALG);
      json.writeStringProperty("enc", ENC);
      json.writeStringProperty("kid", kid);
      json.writeStringProperty("typ", TYP);
      switch (binding.address()) {
        case Address.Room room -> json.writeStringProperty("room", room.name());
        case Address.User user -> json.writeStringProperty("user", user.name());
        case Address.Everyone everyone -> json.writeBooleanProperty("everyone", true);
        case null -> {}
      }
      if (binding.from() != null) {
        json.writeStringProperty("from", binding.from());
      }
      json.writeStringProperty("type", binding.type());
      json.writeStringProperty("messageId", Objects.requireNonNull(binding.messageId()));
      json.writeEndObject();
    }
    return CompactJwe.encode(out.toString().getBytes(StandardCharsets.UTF_8));
  }

  static ProtectedHeader decode(String encoded) {
    if (encoded.length() > MAX_LENGTH) {
      throw CompactJwe.malformed("header of more than 2048 bytes");
    }
    Map<String, Object> values = read(CompactJwe.decode(encoded, "header"));
    if (!KNOWN.containsAll(values.keySet())) {
      throw unsupported(
          "a header parameter (expected: only " + KNOWN.stream().sorted().toList() + ")");
    }
    values.forEach((key, value) -> {
      if (!(key.equals("everyone") ? value.equals(true) : value instanceof String)) {
        throw CompactJwe.malformed("header: the value of " + key);
      }
    });
    for (Map.Entry<String, String> only :
        List.of(Map.entry("alg", ALG), Map.entry("enc", ENC), Map.entry("typ", TYP))) {
      String value = required(values, only.getKey());
      if (!value.equals(only.getValue())) {
        throw unsupported(only.getKey() + " (expected: " + only.getValue() + ")");
      }
    }
    String kid = required(values, "kid");
    if (!KeyRing.isId(kid)) {
      throw CompactJwe.malformed("header: the value of kid");
    }
    return new ProtectedHeader(kid, binding(values));
  }

  private static Binding binding(Map<String, Object> values) {
    List<Address> addresses = new ArrayList<>();
    try {
      text(values, "room").map(Address::room).ifPresent(addresses::add);
      text(values, "user").map(Address::user).ifPresent(addresses::add);
      if (values.containsKey("everyone")) {
        addresses.add(Address.EVERYONE);
      }
      if (addresses.size() > 1) {
        throw CompactJwe.malformed("header: several addresses (expected: at most one)");
      }
      return new Binding(
          addresses.isEmpty() ? null : addresses.getFirst(),
          text(values, "from").orElse(null),
          required(values, "type"),
          required(values, "messageId"));
    } catch (IllegalArgumentException badName) {
      throw CompactJwe.malformed("header: a name, type or messageId that no envelope has");
    }
  }

  /** Reads the object; values that are neither text nor {@code true} become {@code false}. */
  private static Map<String, Object> read(byte[] bytes) {
    Map<String, Object> values = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), utf8(bytes))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw CompactJwe.malformed("header: not a JSON object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = json.currentName();
        JsonToken value = json.nextToken();
        values.put(
            key,
            value == JsonToken.VALUE_STRING ? json.getString() : value == JsonToken.VALUE_TRUE);
        json.skipChildren();
      }
      if (json.nextToken() != null) {
        throw CompactJwe.malformed("header: something behind the JSON object");
      }
    } catch (JacksonException notJson) {
      throw CompactJwe.malformed("header: not a JSON object with each key once");
    }
    return values;
  }

  private static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notText) {
      throw CompactJwe.malformed("header: not UTF-8");
    }
  }

  private static Optional<String> text(Map<String, Object> values, String key) {
    return Optional.ofNullable((String) values.get(key));
  }

  private static String required(Map<String, Object> values, String key) {
    return text(values, key).orElseThrow(() -> CompactJwe.malformed("header: no " + key));
  }

  private static DecryptionException unsupported(String what) {
    return new DecryptionException(Reason.UNSUPPORTED, what);
  }

  /** Refuses a message whose envelope says something else than its sender said. */
  void check(Binding envelope) {
    String differs =
        !Objects.equals(binding.address(), envelope.address())
            ? "address"
            : !Objects.equals(binding.from(), envelope.from())
                ? "from"
                : !binding.type().equals(envelope.type())
                    ? "type"
                    : otherId(envelope.messageId()) ? "messageId" : "";
    if (!differs.isEmpty()) {
      throw new DecryptionException(
          Reason.WRONG_BINDING, differs + " (expected: as the sender encrypted it)");
    }
  }

  private boolean otherId(@Nullable String id) {
    return id != null && !id.equals(binding.messageId());
  }
}
