package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Creates the tables and upgrades those of an older version. Each step runs once, in its own
 * transaction. {@code PRAGMA user_version} is the number of steps that a database has seen, and
 * {@code application_id} marks it as Switchboard's.
 */
final class Schema {
  private static final int APPLICATION_ID = 0x53574844;

  /** The steps, one per version. A released step never changes. */
  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              "CREATE TABLE store (epoch TEXT NOT NULL)",
              """
              CREATE TABLE log (
                id INTEGER PRIMARY KEY,
                space TEXT NOT NULL,
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                head INTEGER NOT NULL,
                first INTEGER NOT NULL,
                UNIQUE (space, kind, name))
              """,
              """
              CREATE TABLE entry (
                log_id INTEGER NOT NULL,
                seq INTEGER NOT NULL,
                type TEXT NOT NULL,
                publisher TEXT NOT NULL,
                timestamp INTEGER NOT NULL,
                message_id TEXT,
                data BLOB,
                PRIMARY KEY (log_id, seq)) WITHOUT ROWID
              """,
              """
              CREATE UNIQUE INDEX entry_message ON entry (log_id, message_id, publisher)
                WHERE message_id IS NOT NULL
              """),
          List.of(
              "ALTER TABLE log ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0",
              """
              UPDATE log SET bytes = (
                SELECT coalesce(sum(length(data)), 0) FROM entry
                WHERE log_id = log.id AND seq >= log.first)
              """),
          List.of("ALTER TABLE store ADD COLUMN pruned_at INTEGER"),
          List.of(
              """
              CREATE TABLE restriction (
                kind TEXT NOT NULL,
                space TEXT NOT NULL,
                subject TEXT NOT NULL,
                room TEXT NOT NULL,
                since INTEGER NOT NULL,
                until INTEGER NOT NULL,
                reason TEXT NOT NULL,
                PRIMARY KEY (kind, space, subject, room)) WITHOUT ROWID
              """));

  private Schema() {}

  /**
   * Rejects a database of another application or a later version, before anything is written to it.
   */
  static void check(Connection connection) throws SQLException {
    long application = number(connection, "PRAGMA application_id");
    boolean empty = number(connection, "SELECT count(*) FROM sqlite_master") == 0;
    if (application != APPLICATION_ID && !(empty && application == 0)) {
      throw new HistoryException(
          "SQLite database of another application (expected: a Switchboard history or a new"
              + " file)",
          null);
    }
    long version = number(connection, "PRAGMA user_version");
    if (version > STEPS.size()) {
      throw new HistoryException(
          "schema "
              + version
              + " (expected: "
              + STEPS.size()
              + " or lower; it was written by a newer Switchboard,"
              + " use that version)",
          null);
    }
  }

  /** Upgrades the database to this version and returns its epoch. */
  static String migrate(Connection connection, String newEpoch) throws SQLException {
    int version = (int) number(connection, "PRAGMA user_version");
    for (int step = version; step < STEPS.size(); step++) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        for (String sql : STEPS.get(step)) {
          statement.execute(sql);
        }
        statement.execute("PRAGMA application_id = " + APPLICATION_ID);
        statement.execute("PRAGMA user_version = " + (step + 1));
        if (step == 0) {
          insertEpoch(connection, newEpoch);
        }
        statement.execute("COMMIT");
      }
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT epoch FROM store")) {
      row.next();
      return row.getString(1);
    }
  }

  private static void insertEpoch(Connection connection, String epoch) throws SQLException {
    try (var insert = connection.prepareStatement("INSERT INTO store (epoch) VALUES (?)")) {
      insert.setString(1, epoch);
      insert.executeUpdate();
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
