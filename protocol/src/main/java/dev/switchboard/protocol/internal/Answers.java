package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** What a server says, as bytes ({@code spec/protocol.md}). Stateless. */
public final class Answers {
  private Answers() {}

  /**
   * What {@code welcome} says of one log, and {@code resumed} of each. {@code recovered} null
   * leaves it out.
   */
  public record LogState(Address address, String epoch, long seq, @Nullable Boolean recovered) {}

  /** What {@code welcome} tells of the server. Times in milliseconds, {@code message} in bytes. */
  public record Terms(long heartbeatInterval, long heartbeatTimeout, int message, int rooms) {}

  /** {@code welcome}, also as the answer to a resume that failed. */
  public static byte[] welcome(
      @Nullable Id re,
      String session,
      String secret,
      String user,
      Terms terms,
      List<LogState> logs) {
    return object(
        "welcome",
        re,
        json -> {
          json.writeStringProperty("session", session);
          json.writeStringProperty("secret", secret);
          json.writeStringProperty("user", user);
          json.writeObjectPropertyStart("heartbeat");
          json.writeNumberProperty("interval", terms.heartbeatInterval);
          json.writeNumberProperty("timeout", terms.heartbeatTimeout);
          json.writeEndObject();
          json.writeObjectPropertyStart("limits");
          json.writeNumberProperty("message", terms.message);
          json.writeNumberProperty("rooms", terms.rooms);
          json.writeEndObject();
          logs(json, logs);
        });
  }

  /** {@code resumed}. */
  public static byte[] resumed(@Nullable Id re, String session, String user, List<LogState> logs) {
    return object(
        "resumed",
        re,
        json -> {
          json.writeStringProperty("session", session);
          json.writeStringProperty("user", user);
          logs(json, logs);
        });
  }

  private static void logs(JsonGenerator json, List<LogState> logs) {
    json.writeArrayPropertyStart("logs");
    for (LogState log : logs) {
      json.writeStartObject();
      address(json, log.address);
      json.writeStringProperty("epoch", log.epoch);
      json.writeNumberProperty("seq", log.seq);
      if (log.recovered != null) {
        json.writeBooleanProperty("recovered", log.recovered);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** {@code room_joined}. */
  public static byte[] roomJoined(
      @Nullable Id re,
      String room,
      String epoch,
      long seq,
      List<String> members,
      int count,
      boolean recovered) {
    return object(
        "room_joined",
        re,
        json -> {
          json.writeStringProperty("room", room);
          json.writeStringProperty("epoch", epoch);
          json.writeNumberProperty("seq", seq);
          members(json, members, count);
          json.writeBooleanProperty("recovered", recovered);
        });
  }

  /** {@code room_left}. */
  public static byte[] roomLeft(@Nullable Id re, String room) {
    return object("room_left", re, json -> json.writeStringProperty("room", room));
  }

  /** {@code user_joined} or {@code user_left}. */
  public static byte[] presence(boolean joined, String room, String user, int count) {
    return object(
        joined ? "user_joined" : "user_left",
        null,
        json -> {
          json.writeStringProperty("room", room);
          json.writeStringProperty("user", user);
          json.writeNumberProperty("count", count);
        });
  }

  /** {@code user_list}. {@code room} null means who is online. */
  public static byte[] userList(
      @Nullable Id re, @Nullable String room, List<String> members, int count) {
    return object(
        "user_list",
        re,
        json -> {
          if (room != null) {
            json.writeStringProperty("room", room);
          }
          members(json, members, count);
        });
  }

  private static void members(JsonGenerator json, List<String> members, int count) {
    json.writeArrayPropertyStart("members");
    members.forEach(json::writeString);
    json.writeEndArray();
    json.writeNumberProperty("count", count);
  }

  /** {@code history}. */
  public static byte[] history(
      @Nullable Id re, Address address, String epoch, long seq, List<Entry> entries, boolean more) {
    return object(
        "history",
        re,
        json -> {
          address(json, address);
          json.writeStringProperty("epoch", epoch);
          json.writeNumberProperty("seq", seq);
          json.writeArrayPropertyStart("messages");
          for (Entry entry : entries) {
            json.writeRawValue(new String(entry(entry), StandardCharsets.UTF_8));
          }
          json.writeEndArray();
          json.writeBooleanProperty("more", more);
        });
  }

  /**
   * {@code ack} of a message that is at that place of its log; 0 for one that a handler has dealt
   * with.
   */
  public static byte[] ack(Id re, long seq) {
    String place = seq == 0 ? "" : ",\"seq\":" + seq;
    return ("{\"type\":\"ack\",\"re\":" + re.json() + place + "}").getBytes(StandardCharsets.UTF_8);
  }

  /** {@code ack} of a message to several rooms. */
  public static byte[] ack(Id re, Map<String, Long> seqs) {
    return object(
        "ack",
        re,
        json -> {
          json.writeObjectPropertyStart("seqs");
          seqs.forEach(json::writeNumberProperty);
          json.writeEndObject();
        });
  }

  /** A typed reply. */
  public static byte[] reply(Id re, String type, byte[] data) {
    return object(
        type,
        re,
        json -> {
          json.writeName("data");
          json.writeRawValue(new String(data, StandardCharsets.UTF_8));
        });
  }

  /** A message from the server's own code to one connection, in no log. */
  public static byte[] message(String type, long timestamp, byte[] data) {
    return object(
        type,
        null,
        json -> {
          json.writeNumberProperty("timestamp", timestamp);
          json.writeName("data");
          json.writeRawValue(new String(data, StandardCharsets.UTF_8));
        });
  }

  /** A request of the server's own code, to be answered under that id. */
  public static byte[] question(Id id, String type, long timestamp, byte[] data) {
    return object(
        type,
        null,
        json -> {
          json.writeName("id");
          json.writeRawValue(id.json());
          json.writeNumberProperty("timestamp", timestamp);
          json.writeName("data");
          json.writeRawValue(new String(data, StandardCharsets.UTF_8));
        });
  }

  /** {@code error}. */
  public static byte[] error(Refusal refusal) {
    return object(
        "error",
        refusal.id(),
        json -> {
          json.writeStringProperty("code", refusal.code().wire());
          json.writeStringProperty("message", refusal.message());
          json.writeBooleanProperty("retryable", refusal.retryable());
          json.writeObjectPropertyStart("details");
          refusal
              .details()
              .forEach((key, value) -> {
                if (value instanceof Number number) {
                  json.writeNumberProperty(key, number.longValue());
                } else {
                  json.writeStringProperty(key, String.valueOf(value));
                }
              });
          json.writeEndObject();
        });
  }

  /** {@code pong}. */
  public static byte[] pong(@Nullable Id re) {
    return object("pong", re, json -> {});
  }

  /** {@code going_away}, {@code after} in milliseconds. */
  public static byte[] goingAway(long after) {
    return object("going_away", null, json -> json.writeNumberProperty("after", after));
  }

  /** A published message as its receivers get it. The payload is copied as it stands. */
  public static byte[] entry(Entry entry) {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(160 + (entry.data() == null ? 0 : entry.data().length));
    try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("type", entry.type());
      address(json, entry.address());
      if (entry.fleeting()) {
        json.writeBooleanProperty("fleeting", true);
      } else {
        json.writeNumberProperty("seq", entry.seq());
      }
      if (entry.from() != null) {
        json.writeStringProperty("from", entry.from());
      }
      json.writeNumberProperty("timestamp", entry.timestamp());
      if (entry.messageId() != null) {
        json.writeStringProperty("messageId", entry.messageId());
      }
      if (entry.data() == null) {
        json.writeEndObject();
      }
      json.flush();
      if (entry.data() != null) {
        out.writeBytes(DATA);
        out.writeBytes(entry.data());
        out.write('}');
        return out.toByteArray();
      }
    }
    return out.toByteArray();
  }

  private static final byte[] DATA = ",\"data\":".getBytes(StandardCharsets.US_ASCII);

  private static void address(JsonGenerator json, Address address) {
    switch (address) {
      case Address.Room room -> json.writeStringProperty("room", room.name());
      case Address.User user -> json.writeStringProperty("user", user.name());
      case Address.Everyone everyone -> json.writeBooleanProperty("everyone", true);
    }
  }

  private static byte[] object(String type, @Nullable Id re, Consumer<JsonGenerator> body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("type", type);
      if (re != null) {
        json.writeName("re");
        json.writeRawValue(re.json());
      }
      body.accept(json);
      json.writeEndObject();
    }
    return out.toByteArray();
  }
}
