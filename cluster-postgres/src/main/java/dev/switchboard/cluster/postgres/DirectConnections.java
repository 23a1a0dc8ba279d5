package dev.switchboard.cluster.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections that stay open and are nobody else's, on which every wait has a timeout.
 * Parameters in the URL take precedence. Immutable.
 */
final class DirectConnections {
  private static final Logger LOG = LoggerFactory.getLogger(DirectConnections.class);
  static final int CONNECT_SECONDS = 5;
  private static final int ANSWER_SECONDS = 10;

  private final String url;
  private final Properties properties = new Properties(); // never changed after the constructor

  DirectConnections(String url, @Nullable String user, @Nullable String password) {
    this.url = url;
    if (user != null) {
      properties.setProperty("user", user);
    }
    if (password != null) {
      properties.setProperty("password", password);
    }
    properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("socketTimeout", String.valueOf(ANSWER_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
  }

  /**
   * Opens a connection, which the database shows under this name, and executes statements on it.
   */
  Connection open(String applicationName, String... statements) throws SQLException {
    Properties named = new Properties(properties);
    named.setProperty("ApplicationName", applicationName);
    if (!url.startsWith("jdbc:postgresql:")) { // not shown, because it may contain a password
      throw new SQLException("url: not for PostgreSQL (expected: jdbc:postgresql://…)");
    }
    Connection opened = DriverManager.getConnection(url, named);
    boolean ready = false;
    try (Statement statement = opened.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
      ready = true;
      return opened;
    } finally {
      if (!ready) {
        opened.close();
      }
    }
  }

  /** Ends a connection without a word, because it may be blocked or dead. Null is none. */
  static void abort(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.debug("PostgreSQL: a connection did not close", e);
      }
    }
  }
}
