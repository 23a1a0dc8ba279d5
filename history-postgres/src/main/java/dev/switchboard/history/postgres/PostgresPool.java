package dev.switchboard.history.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.switchboard.history.HistoryException;
import org.jspecify.annotations.Nullable;

/** Opens a pool in which every wait has a timeout. Parameters in the URL take precedence. */
final class PostgresPool {
  /** One connection appends; the others read pages. */
  static final int MAX_CONNECTIONS = 8;

  private static final int CONNECT_MILLIS = 5_000;

  private PostgresPool() {}

  static HikariDataSource open(String url, @Nullable String user, @Nullable String password) {
    if (!url.startsWith("jdbc:postgresql:")) {
      // The URL is not shown, because it may contain a password.
      throw new HistoryException("url: not for PostgreSQL (expected: jdbc:postgresql://…)", null);
    }
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setPoolName("switchboard-history");
    config.setMaximumPoolSize(MAX_CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setInitializationFailTimeout(CONNECT_MILLIS);
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", "30");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("ApplicationName", "switchboard");
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      throw new HistoryException("PostgreSQL: open failed: " + e.getMessage(), e);
    }
  }
}
