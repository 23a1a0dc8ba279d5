package dev.switchboard.client;

import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.format.Json;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The format of typed messages on the wire of a server other than Switchboard. */
public enum MessageFormat {
  /**
   * Data in its own object: {@code
   * {"type":"said","data":{"message":"hi"},"timestamp":1766300000000}}.
   */
  PLAIN {
    @Override
    byte[] write(String type, byte[] data, long now) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 64);
      try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
        json.writeStartObject();
        json.writeStringProperty("type", type);
        json.writeName("data");
        json.writeRawValue(new String(data, StandardCharsets.UTF_8));
        json.writeNumberProperty("timestamp", now);
        json.writeEndObject();
      }
      return out.toByteArray();
    }

    @Override
    <M> void check(Protocol<M> protocol) {}
  },

  /** Data beside the type: {@code {"type":"said","message":"hi"}}. */
  FLAT {
    @Override
    byte[] write(String type, byte[] data, long now) {
      if (data.length == 0 || data[0] != '{') {
        throw new IllegalArgumentException(
            "data: not a JSON object (expected: an object, whose fields go beside the type)");
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 64);
      out.writeBytes(
          ("{\"type\":" + Json.MAPPER.writeValueAsString(type)).getBytes(StandardCharsets.UTF_8));
      if (data.length > 2) {
        out.write(',');
      }
      out.write(data, 1, data.length - 1);
      return out.toByteArray();
    }

    @Override
    <M> void check(Protocol<M> protocol) {
      for (MessageType<? extends M> type : protocol.types()) {
        for (RecordComponent component : type.recordClass().getRecordComponents()) {
          if (component.getName().equals("type")) {
            throw new DefinitionException(
                type.recordClass().getName()
                    + ": component type (expected: another name, because FLAT uses this one)");
          }
        }
      }
    }
  };

  /** Returns an outgoing message; {@code data} is JSON without surrounding space. */
  abstract byte[] write(String type, byte[] data, long now);

  /** Throws if this format cannot carry a type of the protocol. */
  abstract <M> void check(Protocol<M> protocol);

  /** Reads a message, or returns null if it does not have this format. */
  MessageFormatReader.@Nullable Message read(byte[] utf8) {
    return new MessageFormatReader(this == FLAT, utf8).read();
  }
}
