package dev.switchboard.history.jdbc;

import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads a page in one statement, so that it is a log as it was at one time. Immutable. */
final class PostgresReader {
  private static final String HEAD =
      "SELECT head FROM switchboard_log WHERE space = ? AND kind = ? AND name = ?";
  private static final String AFTER =
      """
      SELECT seq, type, publisher, timestamp, message_id, data, l.head, l.first
      FROM switchboard_log l LEFT JOIN LATERAL (
        SELECT * FROM switchboard_entry
        WHERE log_id = l.id AND seq > greatest(l.first - 1, ?) ORDER BY seq LIMIT ?) e ON true
      WHERE l.space = ? AND l.kind = ? AND l.name = ?
      ORDER BY seq
      """;
  private static final String BEFORE =
      """
      SELECT seq, type, publisher, timestamp, message_id, data, l.head, l.first
      FROM switchboard_log l LEFT JOIN LATERAL (
        SELECT * FROM switchboard_entry
        WHERE log_id = l.id AND seq >= l.first AND seq < ? ORDER BY seq DESC LIMIT ?) e ON true
      WHERE l.space = ? AND l.kind = ? AND l.name = ?
      ORDER BY seq
      """;

  private final String epoch;

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

  Page after(Connection connection, LogKey log, long seq, int limit) throws SQLException {
    return page(connection, AFTER, log, seq, limit);
  }

  Page before(Connection connection, LogKey log, long seq, int limit) throws SQLException {
    return page(connection, BEFORE, log, seq, limit);
  }

  private Page page(Connection connection, String sql, LogKey log, long seq, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, seq);
      statement.setInt(2, limit);
      Columns.bindLog(statement, 3, log);
      long head = 0;
      long first = 1;
      List<Entry> entries = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          head = row.getLong(7);
          first = row.getLong(8);
          if (row.getLong(1) != 0) { // a log of which nothing is asked for is one row without entry
            entries.add(Columns.entry(log.address(), row));
          }
        }
      }
      return new Page(new Position(epoch, head), first, entries, more(sql, entries, first, head));
    }
  }

  private static boolean more(String sql, List<Entry> entries, long first, long head) {
    if (entries.isEmpty()) {
      return false;
    }
    return sql.equals(AFTER) ? entries.getLast().seq() < head : entries.getFirst().seq() > first;
  }
}
