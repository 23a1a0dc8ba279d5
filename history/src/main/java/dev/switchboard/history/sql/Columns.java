package dev.switchboard.history.sql;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.LogKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Maps names and entries to table columns. */
public final class Columns {
  /** The publisher of the server's own messages; no user has an empty name. */
  private static final String SERVER = "";

  private Columns() {}

  /** Binds space, kind and name. */
  public static void bindLog(PreparedStatement statement, int first, LogKey log)
      throws SQLException {
    statement.setString(first, log.space());
    statement.setString(first + 1, kind(log.address()));
    statement.setString(first + 2, name(log.address()));
  }

  /** Binds three arrays: spaces, kinds and names. */
  public static void bindLogs(PreparedStatement statement, int first, Collection<LogKey> logs)
      throws SQLException {
    bindTexts(statement, first, logs, LogKey::space);
    bindTexts(statement, first + 1, logs, log -> kind(log.address()));
    bindTexts(statement, first + 2, logs, log -> name(log.address()));
  }

  private static void bindTexts(
      PreparedStatement statement, int index, Collection<LogKey> logs, Function<LogKey, String> of)
      throws SQLException {
    String[] texts = logs.stream().map(of).toArray(String[]::new);
    statement.setArray(index, statement.getConnection().createArrayOf("text", texts));
  }

  public static String kind(Address address) {
    return switch (address) {
      case Address.Room room -> "room";
      case Address.User user -> "user";
      case Address.Everyone everyone -> "everyone";
    };
  }

  public static String name(Address address) {
    return switch (address) {
      case Address.Room(String name) -> name;
      case Address.User(String name) -> name;
      case Address.Everyone everyone -> "";
    };
  }

  /** Returns the address with this {@link #kind} and {@link #name}. */
  public static Address address(String kind, String name) {
    return switch (kind) {
      case "room" -> Address.room(name);
      case "user" -> Address.user(name);
      default -> Address.EVERYONE;
    };
  }

  public static String publisher(@Nullable String from) {
    return from == null ? SERVER : from;
  }

  /** Reads the entry from a row {@code seq, type, publisher, timestamp, message_id, data}. */
  public static Entry entry(Address address, ResultSet row) throws SQLException {
    String publisher = row.getString(3);
    return new Entry(
        address,
        row.getLong(1),
        row.getString(2),
        publisher.equals(SERVER) ? null : publisher,
        row.getLong(4),
        row.getString(5),
        row.getBytes(6));
  }
}
