package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.EnvelopeWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds the messages that a client sends ({@code spec/protocol.md}). Stateless. */
final class ClientMessages {
  private ClientMessages() {}

  static Draft ask(long id, Command.Answered ask) {
    return switch (ask) {
      case Command.Publish publish -> publish(id, publish);
      case Command.Tell tell -> object(tell.type(), id, out -> data(out, tell.type(), tell.data()));
      case Command.Join join -> join(id, join);
      case Command.Leave leave -> object("leave_room", id, out -> out.text("room", leave.room()));
      case Command.History history -> history(id, history);
      case Command.Users users -> users(id, users);
      case Command.Statuses statuses -> statuses(id, statuses);
    };
  }

  static Draft fleeting(String type, @Nullable Address address, byte @Nullable [] data) {
    return object(
        type,
        0,
        out -> {
          if (address != null) {
            out.address(address);
          }
          out.flag("fleeting", true);
          if (address != null) {
            out.flag("echo", false);
          }
          data(out, type, data);
        });
  }

  static Draft resume(long id, String session, String secret, List<Control.Place> places) {
    return object(
        "resume",
        id,
        out -> {
          out.text("session", session);
          out.text("secret", secret);
          out.array("logs");
          for (Control.Place place : places) {
            out.element();
            out.address(place.address());
            place(out, place);
            out.endObject();
          }
          out.endArray();
        });
  }

  static Draft authenticate(long id, String proof, boolean code) {
    return object("authenticate", id, out -> out.text(code ? "code" : "token", proof));
  }

  static Draft ping(long id) {
    return object("ping", id, out -> {});
  }

  private static Draft publish(long id, Command.Publish publish) {
    return object(
        publish.type(),
        id,
        out -> {
          if (publish.several()) {
            out.texts("rooms", names(publish.addresses()));
          } else {
            out.address(publish.addresses().get(0));
          }
          out.text("messageId", publish.messageId());
          if (!publish.echo()) {
            out.flag("echo", false);
          }
          data(out, publish.type(), publish.data());
        });
  }

  private static Draft join(long id, Command.Join join) {
    return object(
        "join_room",
        id,
        out -> {
          out.text("room", join.room());
          if (join.recent() > 0) {
            out.number("recent", join.recent());
          }
          if (join.since() != null) {
            out.object("since");
            place(out, join.since());
            out.endObject();
          }
        });
  }

  private static Draft history(long id, Command.History history) {
    return object(
        "history",
        id,
        out -> {
          out.address(history.address());
          if (history.before() != null) {
            out.number("before", history.before());
          }
          if (history.after() != null) {
            out.number("after", history.after());
          }
          out.number("limit", history.limit());
        });
  }

  private static Draft users(long id, Command.Users users) {
    return object(
        "user_list",
        id,
        out -> {
          if (users.room() != null) {
            out.text("room", users.room());
          }
          if (users.after() != null) {
            out.text("after", users.after());
          }
        });
  }

  private static Draft statuses(long id, Command.Statuses statuses) {
    return object(
        "user_status",
        id,
        out -> {
          out.texts("users", statuses.users());
          if (statuses.watch() != null) {
            out.flag("watch", statuses.watch());
          }
        });
  }

  private static void place(EnvelopeWriter out, Control.Place place) {
    if (place.epoch() != null) {
      out.text("epoch", place.epoch());
    }
    out.number("seq", place.seq());
  }

  private static List<String> names(List<Address> rooms) {
    return rooms.stream().map(room -> ((Address.Room) room).name()).toList();
  }

  private static void data(EnvelopeWriter out, String type, byte @Nullable [] data) {
    Payload payload = Payload.json(data);
    if (payload != null) {
      out.data(type, payload);
    }
  }

  /** Builds a message with this type, the ID unless it is 0, and a body. */
  private static Draft object(String type, long id, Draft body) {
    return out -> {
      out.text("type", type);
      if (id != 0) {
        out.number("id", id);
      }
      body.write(out);
    };
  }
}
