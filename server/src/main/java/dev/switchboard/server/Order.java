package dev.switchboard.server;

import dev.switchboard.spi.Restriction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
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
          writeRoom(out, evict.room);
          out.writeUTF(evict.why);
        }
        case EndSession(String id) -> {
          out.writeUTF("end_session");
          out.writeUTF(id);
        }
      }
    } catch (IOException tooLong) { // a text of more than 65,535 bytes
      throw new UncheckedIOException(tooLong);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encoded} has written.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static Order decoded(byte[] message) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(message))) {
      String what = in.readUTF();
      return switch (what) {
        case "impose" -> {
          Restriction.Key key = readKey(in);
          Instant since = Instant.ofEpochMilli(in.readLong());
          Instant until = Instant.ofEpochMilli(in.readLong());
          yield new Impose(new Restriction(key, since, until, in.readUTF()));
        }
        case "lift" -> new Lift(readKey(in));
        case "evict" -> new Evict(in.readUTF(), in.readUTF(), readRoom(in), in.readUTF());
        case "end_session" -> new EndSession(in.readUTF());
        default ->
            throw new IllegalArgumentException("order: " + what + " (expected: one known here)");
      };
    } catch (IOException cutOff) {
      throw new IllegalArgumentException("order: cut off", cutOff);
    }
  }

  private static void write(DataOutputStream out, Restriction.Key key) throws IOException {
    out.writeUTF(key.kind().name());
    out.writeUTF(key.space());
    out.writeUTF(key.subject());
    writeRoom(out, key.room());
  }

  private static Restriction.Key readKey(DataInputStream in) throws IOException {
    return new Restriction.Key(
        Restriction.Kind.valueOf(in.readUTF()), in.readUTF(), in.readUTF(), readRoom(in));
  }

  /** No room is called "". */
  private static void writeRoom(DataOutputStream out, @Nullable String room) throws IOException {
    out.writeUTF(room == null ? "" : room);
  }

  private static @Nullable String readRoom(DataInputStream in) throws IOException {
    String room = in.readUTF();
    return room.isEmpty() ? null : room;
  }
}
