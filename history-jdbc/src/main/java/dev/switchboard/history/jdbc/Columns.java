package dev.switchboard.history.jdbc;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.LogKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** How names and entries stand in the tables. */
final class Columns {
  /** The publisher of what the server published; no user's name is empty. */
  private static final String SERVER = "";

  private Columns() {}

  static void bindLog(PreparedStatement statement, LogKey log) throws SQLException {
    statement.setString(1, log.space());
    switch (log.address()) {
      case Address.Room(String name) -> bindAddress(statement, "room", name);
      case Address.User(String name) -> bindAddress(statement, "user", name);
      case Address.Everyone() -> bindAddress(statement, "everyone", "");
    }
  }

  private static void bindAddress(PreparedStatement statement, String kind, String name)
      throws SQLException {
    statement.setString(2, kind);
    statement.setString(3, name);
  }

  static String publisher(@Nullable String from) {
    return from == null ? SERVER : from;
  }

  /** The entry of a row {@code seq, type, publisher, timestamp, message_id, data}. */
  static Entry entry(Address address, ResultSet row) throws SQLException {
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
