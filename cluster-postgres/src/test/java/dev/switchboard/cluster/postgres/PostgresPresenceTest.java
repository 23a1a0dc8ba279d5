package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.contract.PresenceFailuresContract;
import dev.switchboard.cluster.contract.PresenceNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

class PostgresPresenceTest extends PresenceFailuresContract {
  PostgresPresenceTest() {
    super(new PostgresEngine());
  }

  @Override
  protected PresenceNode open(String calls, String notifications, Duration lease) {
    return PresenceNodes.open(calls, notifications, lease);
  }

  /** A crash empties the tables that are UNLOGGED. */
  @Override
  protected void crash(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "TRUNCATE switchboard_node, switchboard_place, switchboard_presence RESTART IDENTITY");
      statement.execute("ALTER SEQUENCE switchboard_presence_version RESTART");
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
      connection.commit();
    }
  }
}
