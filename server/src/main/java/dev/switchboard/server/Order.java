package dev.switchboard.server;

import dev.switchboard.server.broker.BusBytes;
import dev.switchboard.spi.Restriction;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an operator orders about users, on every server of a deployment. Immutable. */
sealed interface Order {
  /** Imposes a restriction, and throws out whom it concerns. */
  record Impose(Restriction restriction) implements Order {}

  /** Lifts a restriction. */
  record Lift(Restriction.Key key) implements Order {}

  /**
   * Throws a user out.
   *
   * @param path the endpoint's path
   * @param room the room; null for the endpoint
   * @param why for the user
   */
  record Evict(String path, String user, @Nullable String room, String why) implements Order {}

  /** Ends a session for good. */
  record EndSession(String id) implements Order {}

  /** Returns the order as a message for other servers. */
  default byte[] encoded() {
    return BusBytes.write(out -> {
      switch (this) {
        case Impose(Restriction restriction) -> {
          out.writeUTF("impose");
          write(out, restriction.key());
          out.writeLong(restriction.since().toEpochMilli());
          out.writeLong(restriction.until().toEpochMilli());
          out.writeUTF(restriction.reason());
        }
        case Lift(Restriction.Key key) -> {
          out.writeUTF("lift");
          write(out, key);
        }
        case Evict evict -> {
          out.writeUTF("evict");
          out.writeUTF(evict.path);
          out.writeUTF(evict.user);
          BusBytes.name(out, evict.room);
          out.writeUTF(evict.why);
        }
        case EndSession(String id) -> {
          out.writeUTF("end_session");
          out.writeUTF(id);
        }
      }
    });
  }

  /**
   * Reads what {@link #encoded} has written.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static Order decoded(byte[] message) {
    return BusBytes.read(message, Order::read);
  }

  private static Order read(DataInputStream in) throws IOException {
    String what = in.readUTF();
    return switch (what) {
      case "impose" -> {
        Restriction.Key key = readKey(in);
        Instant since = Instant.ofEpochMilli(in.readLong());
        Instant until = Instant.ofEpochMilli(in.readLong());
        yield new Impose(new Restriction(key, since, until, in.readUTF()));
      }
      case "lift" -> new Lift(readKey(in));
      case "evict" -> new Evict(in.readUTF(), in.readUTF(), BusBytes.name(in), in.readUTF());
      case "end_session" -> new EndSession(in.readUTF());
      default ->
          throw new IllegalArgumentException("order: " + what + " (expected: one known here)");
    };
  }

  private static void write(DataOutputStream out, Restriction.Key key) throws IOException {
    out.writeUTF(key.kind().name());
    out.writeUTF(key.space());
    out.writeUTF(key.subject());
    BusBytes.name(out, key.room());
  }

  private static Restriction.Key readKey(DataInputStream in) throws IOException {
    return new Restriction.Key(
        Restriction.Kind.valueOf(in.readUTF()), in.readUTF(), in.readUTF(), BusBytes.name(in));
  }
}
