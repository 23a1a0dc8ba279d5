package dev.switchboard.history.sql;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.LogKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
