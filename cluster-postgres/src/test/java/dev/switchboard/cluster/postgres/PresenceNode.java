package dev.switchboard.cluster.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.history.postgres.PostgresHistory;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The presence of one server, with connections of its own. */
final class PresenceNode implements PresenceStore {
  final LeasedPresence presence;
  private final HikariDataSource pool;
  private final ChannelListener<String> listener;

  private PresenceNode(
      HikariDataSource pool, ChannelListener<String> listener, LeasedPresence presence) {
    this.pool = pool;
    this.listener = listener;
    this.presence = presence;
  }

  static PresenceNode open(String url) {
    return open(url, url, Duration.ofSeconds(12));
  }

  /** Its statements and its notifications may take different ways. */
  static PresenceNode open(String url, String listenUrl, Duration lease) {
    HikariDataSource pool = pool(url);
    ChannelListener<String> listener =
        PostgresChannels.listener(new DirectConnections(listenUrl, null, null));
    LeasedPresence presence = PostgresPresence.open(pool, listener, lease);
    listener.start();
    return new PresenceNode(pool, listener, presence);
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

  @Override
  public void watch(Watcher watcher) {
    presence.watch(watcher);
  }

  @Override
  public CompletionStage<Void> enter(LogKey where, String user) {
    return presence.enter(where, user);
  }

  @Override
  public CompletionStage<Void> leave(LogKey where, String user) {
    return presence.leave(where, user);
  }

  @Override
  public CompletionStage<Users> first(LogKey where, int limit) {
    return presence.first(where, limit);
  }

  @Override
  public CompletionStage<Users> after(LogKey where, String name, int limit) {
    return presence.after(where, name, limit);
  }

  @Override
  public CompletionStage<Boolean> has(LogKey where, String user) {
    return presence.has(where, user);
  }

  @Override
  public void close() {
    presence.close();
    listener.close();
    pool.close();
  }
}
