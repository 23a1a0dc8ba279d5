package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.Names;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A control message sent by a client ({@code spec/protocol.md#8-control-messages}). Immutable. */
public sealed interface Control {
  /** A place in a log. If {@code epoch} is null, it means the current epoch. */
  record Place(Address address, @Nullable String epoch, long seq) {}

  /** Joins a room; {@code recent} 0 asks for no recent entries. */
  record JoinRoom(String room, @Nullable Place since, int recent) implements Control {}

  /** Leaves a room. */
  record LeaveRoom(String room) implements Control {}

  /** Asks who is in a room or, if {@code room} is null, online. */
  record UserList(@Nullable String room, @Nullable String after) implements Control {}

  /**
   * Asks whether users are online. {@code watch} starts or ends notifications; null leaves them as
   * they are.
   */
  record UserStatus(List<String> users, @Nullable Boolean watch) implements Control {}

  /** Asks for a page of a log. */
  record History(Address address, @Nullable Long before, @Nullable Long after, int limit)
      implements Control {}

  /** Resumes a session. */
  record Resume(String session, String secret, List<Place> places) implements Control {
    @Override
    public String toString() {
      return "Resume[session="
          + session
          + ", places="
          + places
          + "]"; // the secret must not get into logs
    }
  }

  /**
   * Proves who the client is, at first or to renew a proof.
   *
   * @param proof a token, or a bind code: a secret
   * @param code whether it is a bind code
   */
  record Authenticate(String proof, boolean code) implements Control {
    @Override
    public String toString() {
      return "Authenticate"; // the proof never reaches a log
    }
  }

  /** Asks whether the other side is alive. */
  record Ping() implements Control {}

  /** Answers a ping. */
  record Pong() implements Control {}

  /**
   * Reads the control message of an envelope.
   *
   * @throws MalformedEnvelope if clients do not send this type, or a key is missing or invalid
   */
  static Control of(Envelope envelope) {
    Fields fields = new Fields(envelope);
    return switch (envelope.type()) {
      case "join_room" -> {
        String room = fields.room();
        yield new JoinRoom(
            room,
            fields.since(Address.room(room)),
            (int) fields.integer("recent", 0, 0, Limits.MAX_PAGE_ENTRIES));
      }
      case "leave_room" -> new LeaveRoom(fields.room());
      case "user_list" ->
          new UserList(fields.has("room") ? fields.room() : null, fields.text("after"));
      case "user_status" -> new UserStatus(fields.users(), fields.flag("watch"));
      case "history" ->
          new History(
              fields.address(),
              fields.has("before") ? fields.integer("before", 0, 0, Long.MAX_VALUE) : null,
              fields.has("after") ? fields.integer("after", 0, 0, Long.MAX_VALUE) : null,
              (int) fields.integer("limit", Defaults.PAGE_ENTRIES, 1, Limits.MAX_PAGE_ENTRIES));
      case "resume" ->
          new Resume(fields.required("session"), fields.required("secret"), fields.places());
      case "authenticate" -> fields.proof();
      case "ping" -> new Ping();
      case "pong" -> new Pong();
      default ->
          throw new MalformedEnvelope(
              envelope.id(), "type: " + envelope.type() + " can only be sent by a server");
    };
  }

  /** The keys of a control message. Each accessor reads one and checks it. */
  record Fields(@Nullable Id id, JsonNode tree, List<Address> addresses) {
    Fields(Envelope envelope) {
      this(
          envelope.id(),
          java.util.Objects.requireNonNull(envelope.control()),
          envelope.addresses());
    }

    boolean has(String key) {
      return tree.hasNonNull(key);
    }

    MalformedEnvelope wrong(String key, String expected) {
      return new MalformedEnvelope(id, key + ": missing or invalid (expected: " + expected + ")");
    }

    @Nullable String text(String key) {
      if (!has(key)) {
        return null;
      }
      JsonNode node = tree.get(key);
      if (!node.isString() || node.stringValue().length() > 256) {
        throw wrong(key, "a string of at most 256 characters");
      }
      return node.stringValue();
    }

    String required(String key) {
      String text = text(key);
      if (text == null) {
        throw wrong(key, "a string");
      }
      return text;
    }

    Authenticate proof() {
      boolean code = tree.has("code");
      JsonNode node = tree.path(code ? "code" : "token");
      if (!node.isString()
          || node.stringValue().isEmpty()
          || node.stringValue().length() > Limits.MAX_TOKEN_CHARACTERS
          || (code && tree.has("token"))) {
        throw wrong(
            "token", "it or code, a string of 1-" + Limits.MAX_TOKEN_CHARACTERS + " characters");
      }
      return new Authenticate(node.stringValue(), code);
    }

    String room() {
      if (addresses.size() == 1
          && addresses.get(0) instanceof Address.Room room
          && !tree.has("rooms")) {
        return room.name();
      }
      throw wrong("room", "a name");
    }

    Address address() {
      if (addresses.size() != 1 || tree.has("rooms")) {
        throw wrong("room, user or everyone", "one address");
      }
      return addresses.get(0);
    }

    @Nullable Boolean flag(String key) {
      if (!has(key)) {
        return null;
      }
      if (!tree.get(key).isBoolean()) {
        throw wrong(key, "true or false");
      }
      return tree.get(key).booleanValue();
    }

    List<String> users() {
      List<String> users = new ArrayList<>();
      for (JsonNode user : tree.path("users")) {
        if (!user.isString()
            || !Names.valid(user.stringValue())
            || users.size() == Limits.MAX_STATUS_USERS) {
          throw wrong("users", "1-" + Limits.MAX_STATUS_USERS + " names");
        }
        users.add(user.stringValue());
      }
      if (users.isEmpty() || !tree.path("users").isArray()) {
        throw wrong("users", "1-" + Limits.MAX_STATUS_USERS + " names");
      }
      return List.copyOf(users);
    }

    long integer(String key, long otherwise, long least, long most) {
      if (!has(key)) {
        return otherwise;
      }
      JsonNode node = tree.get(key);
      if (!node.isIntegralNumber()
          || !node.canConvertToLong()
          || node.longValue() < least
          || node.longValue() > most) {
        throw wrong(key, "an integer from " + least + " to " + most);
      }
      return node.longValue();
    }

    @Nullable Place since(Address address) {
      if (!has("since")) {
        return null;
      }
      Fields inner = new Fields(id, tree.get("since"), List.of());
      if (!inner.tree.isObject() || !inner.has("seq")) {
        throw wrong("since", "{\"epoch\":…,\"seq\":…}");
      }
      return new Place(address, inner.text("epoch"), inner.integer("seq", 0, 0, Long.MAX_VALUE));
    }

    List<Place> places() {
      if (!has("logs")) {
        return List.of();
      }
      JsonNode logs = tree.get("logs");
      if (!logs.isArray() || logs.size() > Limits.MAX_RESUMED_LOGS) {
        throw wrong("logs", "an array of at most " + Limits.MAX_RESUMED_LOGS + " places");
      }
      List<Place> places = new ArrayList<>(logs.size());
      for (JsonNode log : logs) {
        Fields one = new Fields(id, log, List.of());
        places.add(
            new Place(
                one.logAddress(), one.text("epoch"), one.integer("seq", 0, 0, Long.MAX_VALUE)));
      }
      return List.copyOf(places);
    }

    private Address logAddress() {
      if (tree.path("everyone").asBoolean(false)) {
        return Address.EVERYONE;
      }
      String key = has("room") ? "room" : "user";
      String name = required(key);
      if (!Names.valid(name)) {
        throw wrong(key, "a name");
      }
      return key.equals("room") ? Address.room(name) : Address.user(name);
    }
  }
}
