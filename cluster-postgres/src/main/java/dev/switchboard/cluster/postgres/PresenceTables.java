package dev.switchboard.cluster.postgres;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore.Users;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Calls the functions of {@code postgres-4.sql}. Immutable. */
final class PresenceTables {
  /** How many changes a transaction has at most; it holds the locks of their places. */
  static final int MAX_CHANGES = 1_000;

  private static final int MAX_CLEARED = 500;
  private static final int FETCHED_ROWS = 5_000;

  private final String channel;

  /**
   * Uses the tables in the connection's schema.
   *
   * @param channel where changes are notified
   */
  PresenceTables(String channel) {
    this.channel = channel;
  }

  /** Carries out changes, in this order. Returns false if the lease ran out. */
  boolean change(Connection connection, UUID node, List<OwnPresence.Change> batch)
      throws SQLException {
    Map<LogKey, Integer> places = new LinkedHashMap<>();
    Object[] indexes = new Object[batch.size()];
    Object[] users = new Object[batch.size()];
    Object[] enters = new Object[batch.size()];
    for (int i = 0; i < indexes.length; i++) {
      OwnPresence.Change change = batch.get(i);
      indexes[i] = places.computeIfAbsent(change.key().where(), place -> places.size() + 1);
      users[i] = change.key().user();
      enters[i] = change.enter();
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT switchboard_presence_change_1(?, ?, ?, ?, ?, ?, ?, ?)")) {
      statement.setString(1, channel);
      statement.setObject(2, node);
      Columns.bindLogs(statement, 3, places.keySet());
      statement.setArray(6, connection.createArrayOf("int", indexes));
      statement.setArray(7, connection.createArrayOf("text", users));
      statement.setArray(8, connection.createArrayOf("boolean", enters));
      return isTrue(statement);
    }
  }

  /**
   * Clears some of what a node has left, and the node itself when nothing is left. Returns whether
   * there may be more to do.
   *
   * @param node null for any whose lease ran out
   */
  boolean clear(Connection connection, @Nullable UUID node) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT switchboard_presence_clear_1(?, ?::uuid, ?)")) {
      statement.setString(1, channel);
      statement.setObject(2, node);
      statement.setInt(3, MAX_CLEARED);
      return isTrue(statement);
    }
  }

  /** Reads who is in some places now; empty if this node's lease is gone. */
  Optional<Map<LogKey, WatchedPlace.Snapshot>> load(
      Connection connection, UUID node, List<LogKey> places) throws SQLException {
    connection.setAutoCommit(false); // otherwise the driver reads all rows at once
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT * FROM switchboard_presence_load_1(?, ?, ?, ?)")) {
      statement.setFetchSize(FETCHED_ROWS);
      statement.setObject(1, node);
      Columns.bindLogs(statement, 2, places);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean("here") ? Optional.of(snapshots(row, places)) : Optional.empty();
      }
    } finally {
      connection.rollback(); // nothing was written
      connection.setAutoCommit(true);
    }
  }

  private static Map<LogKey, WatchedPlace.Snapshot> snapshots(ResultSet row, List<LogKey> places)
      throws SQLException {
    Map<LogKey, WatchedPlace.Snapshot> found = new HashMap<>();
    while (row.next()) {
      LogKey where = places.get(row.getInt("place") - 1);
      WatchedPlace.Snapshot snapshot = found.get(where);
      if (snapshot == null) {
        snapshot =
            new WatchedPlace.Snapshot(row.getLong("version"), new HashSet<>(), new HashSet<>());
        found.put(where, snapshot);
      }
      String user = row.getString("username");
      snapshot.present().add(user);
      if (row.getBoolean("here")) {
        snapshot.here().add(user);
      }
    }
    for (LogKey where : places) { // a place without users has no row
      found.computeIfAbsent(
          where, empty -> new WatchedPlace.Snapshot(0, new HashSet<>(), new HashSet<>()));
    }
    return found;
  }

  Users first(Connection connection, LogKey where, int limit) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT * FROM switchboard_presence_first_1(?, ?, ?, ?)")) {
      Columns.bindLog(statement, 1, where);
      statement.setInt(4, limit);
      return users(statement);
    }
  }

  Users after(Connection connection, LogKey where, String name, int limit) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT * FROM switchboard_presence_after_1(?, ?, ?, ?, ?)")) {
      Columns.bindLog(statement, 1, where);
      statement.setString(4, name);
      statement.setInt(5, limit);
      return users(statement);
    }
  }

  private static Users users(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return new Users(List.of((String[]) row.getArray("listed").getArray()), row.getInt("total"));
    }
  }

  boolean has(Connection connection, LogKey where, String user) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT EXISTS (SELECT FROM switchboard_presence WHERE username = ? AND place_id =
              (SELECT id FROM switchboard_place WHERE space = ? AND kind = ? AND name = ?))
            """)) {
      statement.setString(1, user);
      Columns.bindLog(statement, 2, where);
      return isTrue(statement);
    }
  }

  private static boolean isTrue(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
