package dev.switchboard.history.jdbc;

import dev.switchboard.spi.Retention;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Lets go of a log's oldest entries. An entry that goes before its duplicate window is over leaves
 * its key behind: a row without type and data, below the log's {@code first}. Only rows that go are
 * visited, so the cost of an append does not depend on the log's length.
 *
 * <p>The clock is the timestamps of what is appended.
 */
final class Pruning implements AutoCloseable {
  static final Duration DUPLICATE_WINDOW = Duration.ofMinutes(5);

  private final PreparedStatement firstSince;
  private final PreparedStatement delete;
  private final PreparedStatement empty;

  Pruning(Connection connection) throws SQLException {
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
    long end = log.head + 1;
    long first = Math.max(log.first, end - retention.count());
    long cutoff = now - millis(retention.age());
    if (first < end) {
      first = firstSince(log, first, end, cutoff);
    }
    if (first > log.lowest) {
      long lowest = firstSince(log, log.lowest, first, now - DUPLICATE_WINDOW.toMillis());
      remove(log, lowest, first);
    }
  }

  /** The first of the seqs whose timestamp is not older; {@code to} if there is none. */
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

  private static long millis(Duration age) {
    return age.compareTo(Duration.ofMillis(Long.MAX_VALUE)) < 0 ? age.toMillis() : Long.MAX_VALUE;
  }

  @Override
  public void close() throws SQLException {
    firstSince.close();
    delete.close();
    empty.close();
  }
}
