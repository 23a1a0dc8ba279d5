package dev.switchboard.history.postgres;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads each page in one statement, so that it shows the log at one point in time. Immutable. */
final class PostgresReader {
  private static final String HEAD =
      "SELECT head FROM switchboard_log WHERE space = ? AND kind = ? AND name = ?";
  private static final String HEADS =
      """
      SELECT n.i, l.head FROM unnest(?, ?, ?) WITH ORDINALITY AS n(space, kind, name, i)
      JOIN switchboard_log l ON l.space = n.space AND l.kind = n.kind AND l.name = n.name
      """;
  private static final String AFTER =
      page("seq > greatest(l.first - 1, ?) ORDER BY seq LIMIT ?", "ORDER BY seq");
  private static final String BEFORE =
      page("seq >= l.first AND seq < ? ORDER BY seq DESC LIMIT ?", "ORDER BY seq DESC");

  private final String epoch;

  /**
   * Returns the statement for a page. It enforces the bound on bytes itself, because the driver
   * would load all rows. Lengths come from the rows' headers, so out-of-line data is fetched only
   * for the rows that are returned.
   */
  private static String page(String range, String order) {
    return """
    SELECT seq, type, publisher, timestamp, message_id, data, l.head, l.first
    FROM switchboard_log l LEFT JOIN LATERAL (
      SELECT * FROM (
        SELECT found.*, row_number() OVER running AS number,
          sum(coalesce(octet_length(data), 0)) OVER running AS total
        FROM (SELECT * FROM switchboard_entry WHERE log_id = l.id AND %s) found
        WINDOW running AS (%s)) counted
      WHERE total <= ? OR number = 1) e ON true
    WHERE l.space = ? AND l.kind = ? AND l.name = ?
    ORDER BY seq
    """
        .formatted(range, order);
  }

  PostgresReader(String epoch) {
    this.epoch = epoch;
  }

  Position head(Connection connection, LogKey log) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HEAD)) {
      Columns.bindLog(statement, 1, log);
      try (ResultSet row = statement.executeQuery()) {
        return new Position(epoch, row.next() ? row.getLong(1) : 0);
      }
    }
  }

  Map<LogKey, Position> heads(Connection connection, List<LogKey> logs) throws SQLException {
    Map<LogKey, Position> heads = new HashMap<>();
    logs.forEach(log -> heads.put(log, new Position(epoch, 0)));
    try (PreparedStatement statement = connection.prepareStatement(HEADS)) {
      Columns.bindLogs(statement, 1, logs);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          heads.put(logs.get(row.getInt(1) - 1), new Position(epoch, row.getLong(2)));
        }
      }
    }
    return heads;
  }

  Page after(Connection connection, LogKey log, long seq, int limit, long bytes)
      throws SQLException {
    return page(connection, AFTER, log, seq, limit, bytes);
  }

  Page before(Connection connection, LogKey log, long seq, int limit, long bytes)
      throws SQLException {
    return page(connection, BEFORE, log, seq, limit, bytes);
  }

  private Page page(Connection connection, String sql, LogKey log, long seq, int limit, long bytes)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, seq);
      statement.setInt(2, limit);
      statement.setLong(3, bytes);
      Columns.bindLog(statement, 4, log);
      long head = 0;
      long first = 1;
      List<Entry> entries = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          head = row.getLong(7);
          first = row.getLong(8);
          if (row.getLong(1) != 0) { // a page without entries is one row, for the log itself
            entries.add(Columns.entry(log.address(), row));
          }
        }
      }
      Position last = new Position(epoch, head);
      return sql.equals(AFTER)
          ? Page.after(last, first, entries)
          : Page.before(last, first, entries);
    }
  }
}
