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

/**
 * Reads pages on one connection, each in one transaction, so that a page is a log as it was at one
 * time. Confined to whoever holds it.
 */
final class LogReader implements AutoCloseable {
  private final Connection connection;
  private final String epoch;
  private final PreparedStatement begin;
  private final PreparedStatement end;
  private final PreparedStatement findLog;
  private final PreparedStatement entries;

  LogReader(Connection connection, String epoch) throws SQLException {
    this.connection = connection;
    this.epoch = epoch;
    begin = connection.prepareStatement("BEGIN");
    end = connection.prepareStatement("ROLLBACK");
    findLog =
        connection.prepareStatement(
            "SELECT id, head, first FROM log WHERE space = ? AND kind = ? AND name = ?");
    entries =
        connection.prepareStatement(
            """
            SELECT seq, type, publisher, timestamp, message_id, data FROM entry
            WHERE log_id = ? AND seq BETWEEN ? AND ? ORDER BY seq
            """);
  }

  Position head(LogKey log) throws SQLException {
    Columns.bindLog(findLog, 1, log);
    try (ResultSet row = findLog.executeQuery()) {
      return new Position(epoch, row.next() ? row.getLong(2) : 0);
    }
  }

  Page page(LogKey log, Slice.Choice choice) throws SQLException {
    begin.execute();
    try {
      long id = 0;
      long head = 0;
      long first = 1;
      Columns.bindLog(findLog, 1, log);
      try (ResultSet row = findLog.executeQuery()) {
        if (row.next()) {
          id = row.getLong(1);
          head = row.getLong(2);
          first = row.getLong(3);
        }
      }
      Slice slice = choice.of(first, head);
      return new Page(new Position(epoch, head), first, entries(log, id, slice), slice.more());
    } finally {
      end.execute();
    }
  }

  private List<Entry> entries(LogKey log, long id, Slice slice) throws SQLException {
    List<Entry> found = new ArrayList<>();
    if (slice.empty()) {
      return found;
    }
    entries.setLong(1, id);
    entries.setLong(2, slice.from());
    entries.setLong(3, slice.to());
    try (ResultSet row = entries.executeQuery()) {
      while (row.next()) {
        found.add(Columns.entry(log.address(), row));
      }
    }
    return found;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
