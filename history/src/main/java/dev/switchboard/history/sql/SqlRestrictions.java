package dev.switchboard.history.sql;

import dev.switchboard.history.HistoryException;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.RestrictionStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Restrictions in a table of a history's database, which closes with the history. Each change is a
 * transaction of its own. Thread-safe; calls block.
 */
public final class SqlRestrictions implements RestrictionStore {
  /** Lends a connection that commits each statement. */
  public interface Database {
    /**
     * Calls code with a connection.
     *
     * @throws HistoryException if the code fails, or there is no connection
     */
    <T> T with(Use<T> use);
  }

  /** Uses a connection. */
  @FunctionalInterface
  public interface Use<T> {
    /** Returns the outcome. */
    T of(Connection connection) throws SQLException;
  }

  private final Database database;
  private final String table;

  /** Uses a table with the columns that are named below. */
  public SqlRestrictions(Database database, String table) {
    this.database = database;
    this.table = table;
  }

  @Override
  public List<Restriction> load() {
    String sql = "SELECT kind, space, subject, room, since, until, reason FROM " + table;
    return with(connection -> {
      removeEnded(connection);
      List<Restriction> all = new ArrayList<>();
      try (PreparedStatement select = connection.prepareStatement(sql);
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          all.add(read(row));
        }
      }
      return all;
    });
  }

  private static Restriction read(ResultSet row) throws SQLException {
    String room = row.getString(4);
    return new Restriction(
        new Restriction.Key(
            Restriction.Kind.valueOf(row.getString(1)),
            row.getString(2),
            row.getString(3),
            room.isEmpty() ? null : room),
        Instant.ofEpochMilli(row.getLong(5)),
        Instant.ofEpochMilli(row.getLong(6)),
        row.getString(7));
  }

  @Override
  public void put(Restriction restriction) {
    String sql =
        "INSERT INTO "
            + table
            + " (kind, space, subject, room, since, until, reason) VALUES (?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (kind, space, subject, room) DO UPDATE SET since = excluded.since,"
            + " until = excluded.until, reason = excluded.reason";
    var unused =
        with(connection -> {
          try (PreparedStatement insert = connection.prepareStatement(sql)) {
            setKey(insert, restriction.key());
            insert.setLong(5, restriction.since().toEpochMilli());
            insert.setLong(6, restriction.until().toEpochMilli());
            insert.setString(7, restriction.reason());
            return insert.executeUpdate();
          }
        });
  }

  @Override
  public void remove(Restriction.Key key) {
    String sql =
        "DELETE FROM " + table + " WHERE kind = ? AND space = ? AND subject = ? AND room = ?";
    var unused =
        with(connection -> {
          try (PreparedStatement delete = connection.prepareStatement(sql)) {
            setKey(delete, key);
            return delete.executeUpdate();
          }
        });
  }

  private void removeEnded(Connection connection) throws SQLException {
    String sql = "DELETE FROM " + table + " WHERE until <= ?";
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setLong(1, Instant.now().toEpochMilli());
      delete.executeUpdate();
    }
  }

  /** A key without a room has the room "", which no room is called. */
  private static void setKey(PreparedStatement statement, Restriction.Key key) throws SQLException {
    statement.setString(1, key.kind().name());
    statement.setString(2, key.space());
    statement.setString(3, key.subject());
    statement.setString(4, key.room() == null ? "" : key.room());
  }

  private <T> T with(Use<T> use) {
    try {
      return database.with(use);
    } catch (HistoryException failed) {
      RefusedException refused =
          new RefusedException(ErrorCode.UNAVAILABLE, String.valueOf(failed.getMessage()));
      refused.initCause(failed);
      throw refused;
    }
  }

  /** Does nothing: the history closes the database. */
  @Override
  public void close() {}
}
