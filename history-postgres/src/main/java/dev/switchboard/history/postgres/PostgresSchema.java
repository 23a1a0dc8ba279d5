package dev.switchboard.history.postgres;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Epochs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Creates the tables and upgrades those of an older version: {@code postgres-N.sql} beside this
 * class upgrades version N - 1 to N. A released script never changes. A process that finds a newer
 * version continues if it finds the function that it calls, so servers of two versions can run side
 * by side during an upgrade. A script that is incompatible removes that function.
 */
final class PostgresSchema {
  private static final int VERSION = 5;

  /**
   * The advisory lock that a process holds while it changes tables. An arbitrary number, the same
   * for all.
   */
  private static final long LOCK = 0x5357_4844_0001L;

  private PostgresSchema() {}

  /** Upgrades the database to this version in one transaction and returns its epoch. */
  static String migrate(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      requireUtf8(statement);
      statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
      int version = version(statement);
      for (int step = version + 1; step <= VERSION; step++) {
        statement.execute(script(step));
        record(connection, step);
      }
      String epoch = text(statement, "SELECT epoch FROM switchboard_store");
      statement.execute("DELETE FROM switchboard_writer WHERE used < now() - interval '1 day'");
      connection.commit();
      return epoch;
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(autoCommit);
    }
  }

  /**
   * Returns the time by which entries were last pruned. If the database does not have it, returns
   * the time of its newest entry.
   */
  static long lastPruned(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return Long.parseLong(
          text(
              statement,
              """
              SELECT coalesce(pruned_at, (SELECT max(timestamp)
                FROM switchboard_log l JOIN switchboard_entry ON log_id = l.id AND seq = l.head), 0)
              FROM switchboard_store
              """));
    }
  }

  private static void requireUtf8(Statement statement) throws SQLException {
    String encoding = text(statement, "SHOW server_encoding");
    if (!encoding.equals("UTF8")) {
      throw new HistoryException(
          "PostgreSQL: server_encoding: " + encoding + " (expected: UTF8)", null);
    }
  }

  private static int version(Statement statement) throws SQLException {
    boolean there =
        text(
                statement,
                "SELECT to_regclass(quote_ident(current_schema()) || '.switchboard_store')"
                    + " IS NOT NULL")
            .equals("t");
    return there ? Integer.parseInt(text(statement, "SELECT version FROM switchboard_store")) : 0;
  }

  private static void record(Connection connection, int version) throws SQLException {
    String sql =
        version == 1
            ? "INSERT INTO switchboard_store (version, epoch) VALUES (?, ?)"
            : "UPDATE switchboard_store SET version = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setInt(1, version);
      if (version == 1) {
        update.setString(2, Epochs.random());
      }
      update.executeUpdate();
    }
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static String script(int step) {
    String name = "postgres-" + step + ".sql";
    try (InputStream in = PostgresSchema.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + ": missing (expected: beside this class)");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
