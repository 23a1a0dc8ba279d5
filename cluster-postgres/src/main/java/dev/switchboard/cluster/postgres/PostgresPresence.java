package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Who is where, in a database. */
final class PostgresPresence {
  private PostgresPresence() {}

  /**
   * Creates the store of one server.
   *
   * @param pool connections to a database that {@code PostgresHistory} has opened; at most {@link
   *     LeasedPresence#MAX_VISITS} are used at the same time
   * @param listener one that has not started
   * @throws HistoryException if the database does not answer
   */
  static LeasedPresence open(DataSource pool, ChannelListener<String> listener, Duration lease) {
    String channel = channel(pool);
    LeasedPresence presence = new LeasedPresence(PresenceTables.in(pool, channel), lease);
    listener.listen(channel, presence::notified);
    listener.watch(presence::missed);
    return presence;
  }

  private static String channel(DataSource pool) {
    try (Connection connection = pool.getConnection()) {
      return PostgresChannels.channel(connection, "presence");
    } catch (SQLException e) {
      throw new HistoryException("PostgreSQL: presence: " + Reason.of(e), e);
    }
  }
}
