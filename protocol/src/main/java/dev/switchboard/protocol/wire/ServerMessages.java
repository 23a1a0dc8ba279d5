package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Payload;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds the messages that a server sends ({@code spec/protocol.md}). Stateless. */
public final class ServerMessages {
  private static final int MAX_REASON = 2_000;

  private ServerMessages() {}

  /**
   * The state of one log in {@code welcome} or {@code resumed}. {@code recovered} is omitted if
   * null.
   */
  public record LogState(Address address, String epoch, long seq, @Nullable Boolean recovered) {}

  /**
   * What {@code welcome} tells about the server. Times are in milliseconds, {@code message} is in
   * bytes. {@code protocol} is the hash of its types; omitted if null.
   */
  public record Terms(
      long heartbeatInterval,
      long heartbeatTimeout,
      int message,
      int rooms,
      @Nullable String protocol) {}

  /** Builds {@code welcome}, which also answers a resume that failed. */
  public static Draft welcome(
      @Nullable Id re,
      String session,
      String secret,
      String user,
      Terms terms,
      List<LogState> logs) {
    return object(
        "welcome",
        re,
        out -> {
          out.text("session", session);
          out.text("secret", secret);
          out.text("user", user);
          out.object("heartbeat");
          out.number("interval", terms.heartbeatInterval);
          out.number("timeout", terms.heartbeatTimeout);
          out.endObject();
          out.object("limits");
          out.number("message", terms.message);
          out.number("rooms", terms.rooms);
          out.endObject();
          protocol(out, terms.protocol);
          logs(out, logs);
        });
  }

  /**
   * Builds {@code resumed}.
   *
   * @param secret the session's new secret; null if it keeps its ID and its secret
   * @param protocol the hash of the server's types; omitted if null
   */
  public static Draft resumed(
      @Nullable Id re,
      String session,
      @Nullable String secret,
      String user,
      @Nullable String protocol,
      List<LogState> logs) {
    return object(
        "resumed",
        re,
        out -> {
          out.text("session", session);
          if (secret != null) {
            out.text("secret", secret);
          }
          out.text("user", user);
          protocol(out, protocol);
          logs(out, logs);
        });
  }

  private static void protocol(EnvelopeWriter out, @Nullable String hash) {
    if (hash != null) {
      out.text("protocol", hash);
    }
  }

  private static void logs(EnvelopeWriter out, List<LogState> logs) {
    out.array("logs");
    for (LogState log : logs) {
      out.element();
      out.address(log.address);
      out.text("epoch", log.epoch);
      out.number("seq", log.seq);
      if (log.recovered != null) {
        out.flag("recovered", log.recovered);
      }
      out.endObject();
    }
    out.endArray();
  }

  /** Builds {@code room_joined}. */
  public static Draft roomJoined(
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
        out -> {
          out.text("room", room);
          out.text("epoch", epoch);
          out.number("seq", seq);
          members(out, members, count);
          out.flag("recovered", recovered);
        });
  }

  /** Builds {@code room_left}. */
  public static Draft roomLeft(@Nullable Id re, String room) {
    return object("room_left", re, out -> out.text("room", room));
  }

  /** Builds {@code room_left} for a user who was removed from the room. */
  public static Draft removed(String room, String why) {
    return object(
        "room_left",
        null,
        out -> {
          out.text("room", room);
          out.text("code", ErrorCode.FORBIDDEN.wire());
          out.text("message", shortened(why));
        });
  }

  /** Builds {@code user_joined} or {@code user_left}. */
  public static Draft presence(boolean joined, String room, String user, int count) {
    return object(
        joined ? "user_joined" : "user_left",
        null,
        out -> {
          out.text("room", room);
          out.text("user", user);
          out.number("count", count);
        });
  }

  /**
   * Builds {@code users_changed}; {@code more} tells that other users, who are not named, also came
   * or left.
   */
  public static Draft usersChanged(
      String room, List<String> joined, List<String> left, int count, boolean more) {
    return object(
        "users_changed",
        null,
        out -> {
          out.text("room", room);
          out.texts("joined", joined);
          out.texts("left", left);
          out.number("count", count);
          out.flag("more", more);
        });
  }

  /** Builds {@code user_list}; if {@code room} is null, it lists who is online. */
  public static Draft userList(
      @Nullable Id re, @Nullable String room, List<String> members, int count) {
    return object(
        "user_list",
        re,
        out -> {
          if (room != null) {
            out.text("room", room);
          }
          members(out, members, count);
        });
  }

  /**
   * Whether a user is online. {@code lastSeen} is in milliseconds since 1970, or 0 if not known.
   */
  public record UserState(String user, boolean online, long lastSeen) {}

  /** Builds {@code user_status}, as an answer or a notification. */
  public static Draft userStatus(@Nullable Id re, List<UserState> states) {
    return object(
        "user_status",
        re,
        out -> {
          out.array("users");
          for (UserState state : states) {
            out.element();
            out.text("user", state.user);
            out.flag("online", state.online);
            if (state.lastSeen != 0) {
              out.number("lastSeen", state.lastSeen);
            }
            out.endObject();
          }
          out.endArray();
        });
  }

  private static void members(EnvelopeWriter out, List<String> members, int count) {
    out.texts("members", members);
    out.number("count", count);
  }

  /** Builds {@code history}. */
  public static Draft history(
      @Nullable Id re, Address address, String epoch, long seq, List<Entry> entries, boolean more) {
    return object(
        "history",
        re,
        out -> {
          out.address(address);
          out.text("epoch", epoch);
          out.number("seq", seq);
          out.array("messages");
          for (Entry entry : entries) {
            out.element();
            keys(out, entry);
            out.endObject();
          }
          out.endArray();
          out.flag("more", more);
        });
  }

  /**
   * Builds the {@code ack} of a message with this seq in its log, or with 0 of one that a handler
   * has processed.
   */
  public static Draft ack(Id re, long seq) {
    return new Ack(re, seq);
  }

  private record Ack(Id re, long seq) implements Draft {
    @Override
    public void write(EnvelopeWriter out) {
      out.text("type", "ack");
      out.id("re", re);
      if (seq != 0) {
        out.number("seq", seq);
      }
    }

    @Override
    public int size() {
      return 64;
    }
  }

  /** Builds the {@code ack} of a message to several rooms. */
  public static Draft ack(Id re, Map<String, Long> seqs) {
    return object(
        "ack",
        re,
        out -> {
          out.object("seqs");
          seqs.forEach(out::number);
          out.endObject();
        });
  }

  /** Builds a typed reply. */
  public static Draft reply(Id re, String type, Payload data) {
    return object(type, re, out -> out.data(type, data));
  }

  /** Builds a message from the server's own code to one connection, which is in no log. */
  public static Draft message(String type, long timestamp, Payload data) {
    return object(
        type,
        null,
        out -> {
          out.number("timestamp", timestamp);
          out.data(type, data);
        });
  }

  /** Builds a request from the server's own code, to be answered with this ID. */
  public static Draft question(Id id, String type, long timestamp, Payload data) {
    return object(
        type,
        null,
        out -> {
          out.id("id", id);
          out.number("timestamp", timestamp);
          out.data(type, data);
        });
  }

  /** Builds {@code error}. */
  public static Draft error(Refusal refusal) {
    return object(
        "error",
        refusal.id(),
        out -> {
          out.text("code", refusal.code().wire());
          out.text("message", shortened(refusal.message()));
          out.flag("retryable", refusal.retryable());
          out.object("details");
          refusal
              .details()
              .forEach((key, value) -> {
                if (value instanceof Number number) {
                  out.number(key, number.longValue());
                } else {
                  out.text(key, shortened(String.valueOf(value)));
                }
              });
          out.endObject();
        });
  }

  /** Limits a text for people, which might otherwise be as long as a message. */
  private static String shortened(String text) {
    return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON) + "…";
  }

  /** Builds {@code pong}. */
  public static Draft pong(@Nullable Id re) {
    return object("pong", re, out -> {});
  }

  /** Builds {@code going_away}; {@code after} is in milliseconds. */
  public static Draft goingAway(long after) {
    return object("going_away", null, out -> out.number("after", after));
  }

  /** Builds a published message as its receivers get it. The payload is copied unchanged. */
  public static Draft entry(Entry entry) {
    return new Published(entry);
  }

  private record Published(Entry entry) implements Draft {
    @Override
    public void write(EnvelopeWriter out) {
      keys(out, entry);
    }

    @Override
    public int size() {
      return 192 + (entry.payload() == null ? 0 : entry.payload().bytes().length);
    }
  }

  private static void keys(EnvelopeWriter out, Entry entry) {
    out.text("type", entry.type());
    out.address(entry.address());
    if (entry.fleeting()) {
      out.flag("fleeting", true);
    } else {
      out.number("seq", entry.seq());
    }
    if (entry.from() != null) {
      out.text("from", entry.from());
    }
    out.number("timestamp", entry.timestamp());
    if (entry.messageId() != null) {
      out.text("messageId", entry.messageId());
    }
    if (entry.payload() != null) {
      out.data(entry.type(), entry.payload());
    }
  }

  static Draft object(String type, @Nullable Id re, Draft body) {
    return out -> {
      out.text("type", type);
      if (re != null) {
        out.id("re", re);
      }
      body.write(out);
    };
  }
}
