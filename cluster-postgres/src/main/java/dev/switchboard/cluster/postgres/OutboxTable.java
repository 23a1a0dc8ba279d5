package dev.switchboard.cluster.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The statements about the tables of {@code postgres-5.sql}. Stateless. */
final class OutboxTable {
  private static final int MAX_ROWS = 200;
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_ERROR_CHARACTERS = 500;

  private OutboxTable() {}

  /** Returns the schema that a connection uses, as an SQL identifier. */
  static String schema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT quote_ident(current_schema())")) {
      row.next();
      return row.getString(1);
    }
  }

  /**
   * Takes the lock that one server at a time has, until its connection ends. Returns false if
   * another one has it.
   */
  static boolean lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_try_advisory_lock("
                    + "hashtextextended('switchboard_outbox.' || current_schema(), 0))")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** Returns the first rows, up to 200 and 1 MiB of data, but at least one if there is any. */
  static List<OutboxRow> first(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT "
                + OutboxRow.COLUMNS
                + """
                 FROM (
                  SELECT *, row_number() OVER earlier AS place,
                    sum(octet_length(data::text)) OVER earlier AS bytes
                  FROM (SELECT * FROM switchboard_outbox ORDER BY number LIMIT ?) AS next
                  WINDOW earlier AS (ORDER BY number)) AS counted
                WHERE place = 1 OR coalesce(bytes, 0) <= ?
                ORDER BY number
                """)) {
      select.setInt(1, MAX_ROWS);
      select.setInt(2, MAX_BYTES);
      List<OutboxRow> rows = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(OutboxRow.of(row));
        }
      }
      return rows;
    }
  }

  /** Deletes rows that were published. */
  static void delete(Connection connection, Collection<Long> numbers) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM switchboard_outbox WHERE number = ANY (?)")) {
      delete.setArray(1, connection.createArrayOf("bigint", numbers.toArray()));
      delete.executeUpdate();
    }
  }

  /**
   * Moves rows that can't be published to {@code switchboard_outbox_refused}, which keeps the
   * newest 1,000, up to 64 MiB of data, for 30 days.
   *
   * @param errors why, by the rows' numbers
   */
  static void setAside(Connection connection, Map<Long, String> errors) throws SQLException {
    Object[] texts = errors.values().stream().map(OutboxTable::storable).toArray();
    try (PreparedStatement move =
            connection.prepareStatement(
                """
                WITH refused AS (SELECT * FROM unnest(?, ?) AS r (number, error)),
                gone AS (DELETE FROM switchboard_outbox o USING refused r WHERE o.number = r.number
                  RETURNING o.*, r.error)
                INSERT INTO switchboard_outbox_refused (COLUMNS, error)
                SELECT COLUMNS, error FROM gone
                """
                    .replace("COLUMNS", OutboxRow.COLUMNS));
        PreparedStatement trim =
            connection.prepareStatement(
                """
                DELETE FROM switchboard_outbox_refused WHERE ctid IN (SELECT ctid FROM (
                  SELECT ctid, refused_at, row_number() OVER newer AS place,
                    sum(octet_length(data::text)) OVER newer AS bytes
                  FROM switchboard_outbox_refused
                  WINDOW newer AS (ORDER BY refused_at DESC, number DESC)) AS counted
                WHERE place > 1000 OR bytes > 64 << 20 OR refused_at < now() - interval '30 days')
                """)) {
      move.setArray(1, connection.createArrayOf("bigint", errors.keySet().toArray()));
      move.setArray(2, connection.createArrayOf("text", texts));
      move.executeUpdate();
      trim.executeUpdate();
    }
  }

  /** Returns a text that the database accepts. */
  private static String storable(String error) {
    String start = error.substring(0, Math.min(error.length(), MAX_ERROR_CHARACTERS));
    return new String(start.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
        .replace('\0', '?');
  }
}
