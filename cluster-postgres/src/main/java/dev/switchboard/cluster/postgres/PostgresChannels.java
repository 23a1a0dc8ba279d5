package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.ChannelListener;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.BiConsumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** The database's notifications. */
final class PostgresChannels {
  /** After so much silence the connection is checked, because a cut network makes no noise. */
  private static final int SILENCE_MILLIS = 5_000;

  private static final int ANSWER_SECONDS = 5;

  private PostgresChannels() {}

  /**
   * Creates a listener that is not connected yet.
   *
   * @param connections lead to the database itself: a connection through a pooler in transaction
   *     mode hears nothing
   */
  static ChannelListener<String> listener(DirectConnections connections) {
    return new ChannelListener<>(
        "PostgreSQL",
        (channels, received) -> {
          String[] listens =
              channels.stream().map(channel -> "LISTEN " + channel).toArray(String[]::new);
          return new Listening(connections.open("switchboard-listen", listens), received);
        });
  }

  /**
   * Returns the channel with this name for the schema that a connection uses. Channels belong to
   * the whole database, but deployments in two schemas are none of each other's business.
   */
  static String channel(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT 'switchboard_' || ? || '_' || left(md5(current_schema()), 16)")) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  /** A connection that listens. */
  private record Listening(Connection connection, BiConsumer<String, String> received)
      implements ChannelListener.Connection {
    @Override
    public void receive() throws SQLException {
      PGNotification[] news =
          connection.unwrap(PGConnection.class).getNotifications(SILENCE_MILLIS);
      if (news != null && news.length > 0) {
        for (PGNotification one : news) {
          received.accept(one.getName(), one.getParameter());
        }
      } else if (!connection.isValid(ANSWER_SECONDS)) {
        throw new SQLException("the connection does not answer");
      }
    }

    @Override
    public void end() {
      DirectConnections.abort(connection);
    }
  }
}
