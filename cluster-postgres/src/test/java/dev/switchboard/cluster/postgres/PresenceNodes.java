package dev.switchboard.cluster.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.cluster.contract.PresenceNode;
import dev.switchboard.history.postgres.PostgresHistory;
import java.time.Duration;

/** The presence of servers, for tests. */
final class PresenceNodes {
  private PresenceNodes() {}

  /** Its statements and its notifications may take different ways. */
  static PresenceNode open(String url, String listenUrl, Duration lease) {
    HikariDataSource pool = pool(url);
    ChannelListener<String> listener =
        PostgresChannels.listener(new DirectConnections(listenUrl, null, null));
    LeasedPresence presence = PostgresPresence.open(pool, listener, lease);
    return new PresenceNode(presence, listener, pool::close);
  }

  /** Opens connections to a database with all tables. */
  static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(6);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(1_000);
    config.setValidationTimeout(500);
    config.addDataSourceProperty("connectTimeout", "5");
    HikariDataSource pool = new HikariDataSource(config);
    PostgresHistory.open(pool).close();
    return pool;
  }
}
