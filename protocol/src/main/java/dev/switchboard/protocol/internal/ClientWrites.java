package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** What a client says, as bytes ({@code spec/protocol.md}). Stateless. */
final class ClientWrites {
  private ClientWrites() {}

  static byte[] ask(long id, ClientAsk.Answered ask) {
    return switch (ask) {
      case ClientAsk.Publish publish -> publish(id, publish);
      case ClientAsk.Tell tell -> object(tell.type(), id, json -> data(json, tell.data()));
      case ClientAsk.Join join -> join(id, join);
      case ClientAsk.Leave leave ->
          object("leave_room", id, json -> json.writeStringProperty("room", leave.room()));
      case ClientAsk.History history -> history(id, history);
      case ClientAsk.Users users -> users(id, users);
    };
  }

  static byte[] fleeting(String type, @Nullable Address address, byte @Nullable [] data) {
    return object(
        type,
        0,
        json -> {
          if (address != null) {
            address(json, address);
          }
          json.writeBooleanProperty("fleeting", true);
          if (address != null) {
            json.writeBooleanProperty("echo", false);
          }
          data(json, data);
        });
  }

  static byte[] resume(long id, String session, String secret, List<Control.Place> places) {
    return object(
        "resume",
        id,
        json -> {
          json.writeStringProperty("session", session);
          json.writeStringProperty("secret", secret);
          json.writeArrayPropertyStart("logs");
          for (Control.Place place : places) {
            json.writeStartObject();
            address(json, place.address());
            place(json, place);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  static byte[] ping(long id) {
    return object("ping", id, json -> {});
  }

  private static byte[] publish(long id, ClientAsk.Publish publish) {
    return object(
        publish.type(),
        id,
        json -> {
          if (publish.several()) {
            json.writeArrayPropertyStart("rooms");
            for (Address address : publish.addresses()) {
              json.writeString(((Address.Room) address).name());
            }
            json.writeEndArray();
          } else {
            address(json, publish.addresses().get(0));
          }
          json.writeStringProperty("messageId", publish.messageId());
          if (!publish.echo()) {
            json.writeBooleanProperty("echo", false);
          }
          data(json, publish.data());
        });
  }

  private static byte[] join(long id, ClientAsk.Join join) {
    return object(
        "join_room",
        id,
        json -> {
          json.writeStringProperty("room", join.room());
          if (join.recent() > 0) {
            json.writeNumberProperty("recent", join.recent());
          }
          if (join.since() != null) {
            json.writeObjectPropertyStart("since");
            place(json, join.since());
            json.writeEndObject();
          }
        });
  }

  private static byte[] history(long id, ClientAsk.History history) {
    return object(
        "history",
        id,
        json -> {
          address(json, history.address());
          if (history.before() != null) {
            json.writeNumberProperty("before", history.before());
          }
          if (history.after() != null) {
            json.writeNumberProperty("after", history.after());
          }
          json.writeNumberProperty("limit", history.limit());
        });
  }

  private static byte[] users(long id, ClientAsk.Users users) {
    return object(
        "user_list",
        id,
        json -> {
          if (users.room() != null) {
            json.writeStringProperty("room", users.room());
          }
          if (users.after() != null) {
            json.writeStringProperty("after", users.after());
          }
        });
  }

  private static void place(JsonGenerator json, Control.Place place) {
    if (place.epoch() != null) {
      json.writeStringProperty("epoch", place.epoch());
    }
    json.writeNumberProperty("seq", place.seq());
  }

  private static void address(JsonGenerator json, Address address) {
    switch (address) {
      case Address.Room room -> json.writeStringProperty("room", room.name());
      case Address.User user -> json.writeStringProperty("user", user.name());
      case Address.Everyone everyone -> json.writeBooleanProperty("everyone", true);
    }
  }

  private static void data(JsonGenerator json, byte @Nullable [] data) {
    if (data != null) {
      json.writeName("data");
      json.writeRawValue(new String(data, StandardCharsets.UTF_8));
    }
  }

  /** An object with that type, the id unless it is 0, and more. */
  private static byte[] object(String type, long id, Consumer<JsonGenerator> body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("type", type);
      if (id != 0) {
        json.writeNumberProperty("id", id);
      }
      body.accept(json);
      json.writeEndObject();
    }
    return out.toByteArray();
  }
}
