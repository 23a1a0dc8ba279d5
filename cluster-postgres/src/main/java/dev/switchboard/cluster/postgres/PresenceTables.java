package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.OwnPresence;
import dev.switchboard.cluster.PresenceEngine;
import dev.switchboard.cluster.WatchedPlace;
import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore.Users;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is where in the tables of {@code postgres-4.sql}, by its functions, on one connection. A call
 * is a transaction, which holds the locks of the places it changes.
 */
final class PresenceTables implements PresenceEngine.Visit {
  private static final Logger LOG = LoggerFactory.getLogger(PresenceTables.class);
  private static final int ANSWER_MILLIS = 10_000;
  private static final int MAX_CLEARED = 500;
  private static final int FETCHED_ROWS = 5_000;

  private final Connection connection;
  private final String channel;

  private PresenceTables(Connection connection, String channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /**
   * Returns the tables in the connections' schema.
   *
   * @param pool connections to a database that {@code PostgresHistory} has opened
   * @param channel where changes are notified
   */
  static PresenceEngine in(DataSource pool, String channel) {
    return () -> {
      Connection connection = pool.getConnection();
      connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS); // the pool resets it
      return new PresenceTables(connection, channel);
    };
  }

  @Override
  public boolean keep(UUID lease, Duration length) throws SQLException {
    return execute(
        """
        UPDATE switchboard_node SET expires = now() + ? * interval '1 microsecond'
        WHERE id = ? AND expires > now()
        """,
        lease,
        length);
  }

  @Override
  public void take(UUID lease, Duration length) throws SQLException {
    boolean unused =
        execute(
            """
            INSERT INTO switchboard_node (expires, id)
            VALUES (now() + ? * interval '1 microsecond', ?)
            """,
            lease,
            length);
  }

  private boolean execute(String sql, UUID lease, Duration length) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, length.toNanos() / 1_000);
      statement.setObject(2, lease);
      return statement.executeUpdate() == 1;
    }
  }

  @Override
  public boolean change(UUID node, List<OwnPresence.Change> batch) throws SQLException {
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

  @Override
  public boolean clear(@Nullable UUID node) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT switchboard_presence_clear_1(?, ?::uuid, ?)")) {
      statement.setString(1, channel);
      statement.setObject(2, node);
      statement.setInt(3, MAX_CLEARED);
      return isTrue(statement);
    }
  }

  @Override
  public Optional<Map<LogKey, WatchedPlace.Snapshot>> load(UUID node, List<LogKey> places)
      throws SQLException {
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

  @Override
  public Users first(LogKey where, int limit) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT * FROM switchboard_presence_first_1(?, ?, ?, ?)")) {
      Columns.bindLog(statement, 1, where);
      statement.setInt(4, limit);
      return users(statement);
    }
  }

  @Override
  public Users after(LogKey where, String name, int limit) throws SQLException {
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

  @Override
  public boolean has(LogKey where, String user) throws SQLException {
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

  @Override
  public void seen(Map<PresenceEngine.Seen, Long> times) throws SQLException {
    List<String> spaces = new ArrayList<>();
    List<String> users = new ArrayList<>();
    List<Long> millis = new ArrayList<>();
    times.forEach((user, time) -> {
      spaces.add(user.space());
      users.add(user.user());
      millis.add(time);
    });
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            INSERT INTO switchboard_last_seen AS l (space, username, at)
              SELECT seen.* FROM quick, unnest(?::text[], ?::text[], ?::bigint[]) AS seen
              ORDER BY 1, 2
              ON CONFLICT (space, username) DO UPDATE SET at = greatest(l.at, excluded.at)
            """)) {
      insert.setArray(1, connection.createArrayOf("text", spaces.toArray()));
      insert.setArray(2, connection.createArrayOf("text", users.toArray()));
      insert.setArray(3, connection.createArrayOf("bigint", millis.toArray()));
      insert.executeUpdate();
    }
  }

  @Override
  public OptionalLong lastSeen(PresenceEngine.Seen user) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT at FROM switchboard_last_seen WHERE space = ? AND username = ?")) {
      select.setString(1, user.space());
      select.setString(2, user.user());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  @Override
  public void forgetSeen(int kept) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM switchboard_last_seen WHERE at <
              (SELECT at FROM switchboard_last_seen ORDER BY at DESC OFFSET ? LIMIT 1)
            """)) {
      delete.setInt(1, kept - 1);
      delete.executeUpdate();
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("PostgreSQL: a connection did not close", e);
    }
  }

  private static boolean isTrue(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
