package dev.switchboard.history.sqlite;

import dev.switchboard.protocol.Limits;
import dev.switchboard.spi.Retention;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Deletes a log's oldest entries. An entry that is deleted before its duplicate window is over
 * leaves its key behind: a row without type and data, below the log's {@code first}. Only the
 * deleted rows are visited, so the cost of an append does not depend on the length of the log.
 *
 * <p>Time is measured by the timestamps of what is appended.
 */
final class Pruning implements AutoCloseable {
  static final Duration DUPLICATE_WINDOW = Duration.ofMillis(Limits.MIN_REMEMBERED_TIME);

  private final PreparedStatement oldest;
  private final PreparedStatement firstSince;
  private final PreparedStatement delete;
  private final PreparedStatement empty;

  Pruning(Connection connection) throws SQLException {
    oldest =
        connection.prepareStatement(
            """
            SELECT seq, timestamp, length(data) FROM entry
            WHERE log_id = ? AND seq >= ? ORDER BY seq
            """);
    firstSince =
        connection.prepareStatement(
            """
            SELECT seq FROM entry
            WHERE log_id = ? AND seq >= ? AND seq < ? AND timestamp >= ?
            ORDER BY seq LIMIT 1
            """);
    delete = connection.prepareStatement("DELETE FROM entry WHERE log_id = ? AND seq < ?");
    empty =
        connection.prepareStatement(
            """
            UPDATE entry SET type = '', data = NULL WHERE log_id = ? AND seq >= ? AND seq < ?
            """);
  }

  void apply(LogState log, Retention retention, long now) throws SQLException {
    long first = firstKept(log, retention, now);
    if (first > log.lowest) {
      long lowest = firstSince(log, log.lowest, first, now - DUPLICATE_WINDOW.toMillis());
      remove(log, lowest, first);
    }
  }

  /**
   * Returns the first entry within every bound, and subtracts those before it from the log's bytes.
   */
  private long firstKept(LogState log, Retention retention, long now) throws SQLException {
    if (retention.count() == 0) {
      log.bytes = 0;
      return log.head + 1;
    }
    long cutoff = now - retention.ageMillis();
    long first = log.first;
    oldest.setLong(1, log.id);
    oldest.setLong(2, first);
    try (ResultSet row = oldest.executeQuery()) {
      while (row.next()) {
        long seq = row.getLong(1);
        boolean kept =
            seq > log.head - retention.count()
                && row.getLong(2) >= cutoff
                && log.bytes <= retention.bytes();
        if (kept) {
          return first;
        }
        log.bytes -= row.getLong(3);
        first = seq + 1;
      }
    }
    return first;
  }

  /**
   * Returns the first seq whose timestamp is not older than {@code cutoff}; {@code to} if there is
   * none.
   */
  private long firstSince(LogState log, long from, long to, long cutoff) throws SQLException {
    firstSince.setLong(1, log.id);
    firstSince.setLong(2, from);
    firstSince.setLong(3, to);
    firstSince.setLong(4, cutoff);
    try (ResultSet row = firstSince.executeQuery()) {
      return row.next() ? row.getLong(1) : to;
    }
  }

  private void remove(LogState log, long lowest, long first) throws SQLException {
    if (lowest > log.lowest) {
      delete.setLong(1, log.id);
      delete.setLong(2, lowest);
      delete.executeUpdate();
      log.lowest = lowest;
    }
    long from = Math.max(lowest, log.first);
    if (first > from) {
      empty.setLong(1, log.id);
      empty.setLong(2, from);
      empty.setLong(3, first);
      empty.executeUpdate();
    }
    log.first = first;
  }

  @Override
  public void close() throws SQLException {
    oldest.close();
    firstSince.close();
    delete.close();
    empty.close();
  }
}
