package dev.switchboard.cluster.postgres;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.protocol.Address;
import dev.switchboard.spi.LogKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

/** Maps places to the columns of tables. */
final class Places {
  private Places() {}

  /** The reverse of {@link Columns#kind} and {@link Columns#name}. */
  static Address address(String kind, String name) {
    return switch (kind) {
      case "room" -> Address.room(name);
      case "user" -> Address.user(name);
      default -> Address.EVERYONE;
    };
  }

  /** Binds three arrays: spaces, kinds and names. */
  static void bind(
      Connection connection, PreparedStatement statement, int first, Collection<LogKey> places)
      throws SQLException {
    Object[] spaces = places.stream().map(LogKey::space).toArray();
    Object[] kinds = places.stream().map(place -> Columns.kind(place.address())).toArray();
    Object[] names = places.stream().map(place -> Columns.name(place.address())).toArray();
    statement.setArray(first, connection.createArrayOf("text", spaces));
    statement.setArray(first + 1, connection.createArrayOf("text", kinds));
    statement.setArray(first + 2, connection.createArrayOf("text", names));
  }
}
