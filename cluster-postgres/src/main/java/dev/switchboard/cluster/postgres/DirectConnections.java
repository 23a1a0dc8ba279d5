package dev.switchboard.cluster.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections that stay open and are nobody else's, on which every wait has a timeout.
 * Parameters in the URL take precedence. Immutable.
 */
final class DirectConnections {
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

  /** Opens a connection, which the database shows under this name. */
  Connection open(String applicationName) throws SQLException {
    Properties named = new Properties(properties);
    named.setProperty("ApplicationName", applicationName);
    if (!url.startsWith("jdbc:postgresql:")) { // not shown, because it may contain a password
      throw new SQLException("url: not for PostgreSQL (expected: jdbc:postgresql://…)");
    }
    return DriverManager.getConnection(url, named);
  }

  /** Returns the database's message without the statement that it is about. */
  static String reason(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
