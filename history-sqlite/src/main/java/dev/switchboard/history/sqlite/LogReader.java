package dev.switchboard.history.sqlite;

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
import java.util.List;

/**
 * Reads pages on one connection, each in one transaction, so that a page shows the log at one point
 * in time. Used by one thread at a time.
 */
final class LogReader implements AutoCloseable {
  private final Connection connection;
  private final String epoch;
  private final PreparedStatement begin;
  private final PreparedStatement end;
  private final PreparedStatement findLog;
  private final PreparedStatement after;
  private final PreparedStatement before;

  LogReader(Connection connection, String epoch) throws SQLException {
    this.connection = connection;
    this.epoch = epoch;
    begin = connection.prepareStatement("BEGIN");
    end = connection.prepareStatement("ROLLBACK");
    findLog =
        connection.prepareStatement(
            "SELECT id, head, first FROM log WHERE space = ? AND kind = ? AND name = ?");
    after =
        connection.prepareStatement(
            """
            SELECT seq, type, publisher, timestamp, message_id, data FROM entry
            WHERE log_id = ? AND seq > max(? - 1, ?) ORDER BY seq LIMIT ?
            """);
    before =
        connection.prepareStatement(
            """
            SELECT seq, type, publisher, timestamp, message_id, data FROM entry
            WHERE log_id = ? AND seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?
            """);
  }

  Position head(LogKey log) throws SQLException {
    Columns.bindLog(findLog, 1, log);
    try (ResultSet row = findLog.executeQuery()) {
      return new Position(epoch, row.next() ? row.getLong(2) : 0);
    }
  }

  Page after(LogKey log, long seq, int limit, long bytes) throws SQLException {
    return page(log, true, seq, limit, bytes);
  }

  Page before(LogKey log, long seq, int limit, long bytes) throws SQLException {
    return page(log, false, seq, limit, bytes);
  }

  private Page page(LogKey log, boolean forward, long seq, int limit, long bytes)
      throws SQLException {
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
      PreparedStatement entries = forward ? after : before;
      entries.setLong(1, id);
      entries.setLong(2, first);
      entries.setLong(3, seq);
      entries.setInt(4, limit);
      List<Entry> found = entries(log, entries, bytes);
      Position last = new Position(epoch, head);
      return forward ? Page.after(last, first, found) : Page.before(last, first, found.reversed());
    } finally {
      end.execute();
    }
  }

  /** Reads rows one by one, so at most one entry beyond the bytes is read. */
  private static List<Entry> entries(LogKey log, PreparedStatement entries, long bytes)
      throws SQLException {
    List<Entry> found = new ArrayList<>();
    long left = bytes;
    try (ResultSet row = entries.executeQuery()) {
      while (row.next()) {
        Entry entry = Columns.entry(log.address(), row);
        byte[] data = entry.data();
        left -= data == null ? 0 : data.length;
        if (left < 0 && !found.isEmpty()) {
          break;
        }
        found.add(entry);
      }
    }
    return found;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
