package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Names;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Refusal;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads a server's control messages leniently: missing values are 0, empty or false, and unknown
 * ones are ignored ({@code spec/protocol.md#12-compatibility}). Stateless.
 */
final class ControlReader {
  private ControlReader() {}

  /**
   * What {@code welcome} and {@code resumed} tell about the session; {@code limit} is 0 for none,
   * {@code protocol} is empty if the server knows no hash of its types.
   */
  record Session(
      String session,
      @Nullable String secret,
      String user,
      long limit,
      String protocol,
      List<ServerMessages.LogState> logs) {
    /** Tells if the server was built from other types than a client with this hash. */
    Optional<Report> mismatch(@Nullable String own) {
      return own == null || protocol.isEmpty() || protocol.equals(own)
          ? Optional.empty()
          : Optional.of(new Report.ProtocolMismatch(protocol, own));
    }

    @Override
    public String toString() {
      return "Session[session=" + session + ", user=" + user + "]"; // never the secret
    }
  }

  static Session session(JsonNode tree) {
    List<ServerMessages.LogState> logs = new ArrayList<>();
    for (JsonNode log : tree.path("logs")) {
      Address address = address(log);
      if (address != null) {
        JsonNode recovered = log.path("recovered");
        logs.add(
            new ServerMessages.LogState(
                address,
                text(log, "epoch"),
                number(log, "seq"),
                recovered.isBoolean() ? recovered.booleanValue() : null));
      }
    }
    JsonNode secret = tree.path("secret");
    return new Session(
        text(tree, "session"),
        secret.isString() ? secret.stringValue() : null,
        text(tree, "user"),
        number(tree.path("limits"), "message"),
        text(tree, "protocol"),
        logs);
  }

  static Answer.Acked acked(JsonNode tree) {
    Map<String, Long> seqs = new HashMap<>();
    tree.path("seqs").properties().forEach(one -> seqs.put(one.getKey(), one.getValue().asLong(0)));
    return new Answer.Acked(number(tree, "seq"), Map.copyOf(seqs));
  }

  static Answer.Joined joined(JsonNode tree) {
    return new Answer.Joined(
        text(tree, "epoch"),
        number(tree, "seq"),
        members(tree),
        (int) number(tree, "count"),
        tree.path("recovered").asBoolean(true));
  }

  static Answer.Users users(JsonNode tree) {
    return new Answer.Users(members(tree), (int) number(tree, "count"));
  }

  static Report.Presence presence(boolean joined, JsonNode tree) {
    return new Report.Presence(
        joined, text(tree, "room"), text(tree, "user"), (int) number(tree, "count"));
  }

  static List<ServerMessages.UserState> statuses(JsonNode tree) {
    List<ServerMessages.UserState> states = new ArrayList<>();
    for (JsonNode one : tree.path("users")) {
      states.add(
          new ServerMessages.UserState(
              text(one, "user"), one.path("online").asBoolean(false), number(one, "lastSeen")));
    }
    return List.copyOf(states);
  }

  static Report.UsersChanged usersChanged(JsonNode tree) {
    return new Report.UsersChanged(
        text(tree, "room"),
        names(tree, "joined"),
        names(tree, "left"),
        (int) number(tree, "count"),
        tree.path("more").asBoolean(false));
  }

  static Answer.Page page(JsonNode tree, List<Envelope> entries) {
    return new Answer.Page(
        text(tree, "epoch"), number(tree, "seq"), entries, tree.path("more").asBoolean(false));
  }

  /** Returns how long to wait before retrying, in milliseconds; 0 if the server did not say. */
  static long retryAfter(RefusedException why) {
    return why.details().get("retryAfter") instanceof Long millis ? millis : 0;
  }

  static long number(JsonNode tree, String key) {
    return tree.path(key).asLong(0);
  }

  static String text(JsonNode tree, String key) {
    return tree.path(key).asString("");
  }

  /** Returns the reason that an unasked {@code room_left} states, or null. */
  static @Nullable RefusedException why(JsonNode tree) {
    return tree.has("code") ? Refusal.read(tree) : null;
  }

  /** Returns the log that an object names, or null. */
  private static @Nullable Address address(JsonNode tree) {
    String room = text(tree, "room");
    String user = text(tree, "user");
    if (Names.valid(room)) {
      return Address.room(room);
    }
    if (Names.valid(user)) {
      return Address.user(user);
    }
    return tree.path("everyone").asBoolean(false) ? Address.EVERYONE : null;
  }

  private static List<String> members(JsonNode tree) {
    return names(tree, "members");
  }

  private static List<String> names(JsonNode tree, String key) {
    List<String> names = new ArrayList<>();
    tree.path(key).forEach(name -> names.add(name.asString("")));
    return List.copyOf(names);
  }
}
