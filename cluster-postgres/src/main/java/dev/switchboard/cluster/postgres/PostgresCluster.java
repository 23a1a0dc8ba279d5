package dev.switchboard.cluster.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.cluster.NodeName;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.postgres.PostgresHistory;
import dev.switchboard.history.postgres.PostgresLimits;
import dev.switchboard.history.sql.Reason;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.LastSeen;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.RestrictionStore;
import dev.switchboard.spi.TransactionalMessages;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Several servers on one PostgreSQL database (14 or newer; tested with 18). All of them append to
 * the same logs, and tell each other by notifications what is new. Each server opens its own:
 *
 * <pre>{@code
 * var server = Server.builder()
 *     .cluster(PostgresCluster.at("jdbc:postgresql://db/chat?user=chat"))
 *     .endpoint("/ws", endpoint)
 *     .start();
 * }</pre>
 *
 * <p>A server has at most 15 connections to the database: 8 as {@link PostgresHistory} has, 4 for
 * presence and bind codes, one that listens, one that notifies, and one that publishes what
 * transactions leave. Thread-safe.
 */
public final class PostgresCluster implements Cluster {
  private static final int CONNECT_MILLIS = 3_000; // so that a lease is tried again in time

  private final PostgresHistory history;
  private final ChannelListener<String> listener;
  private final PostgresBus bus;
  private final OutboxReader outbox;
  private final HikariDataSource pool; // for presence and bind codes
  private final LeasedPresence presence;
  private final PostgresBindCodes bindCodes;

  private PostgresCluster(
      PostgresHistory history,
      ChannelListener<String> listener,
      PostgresBus bus,
      OutboxReader outbox,
      HikariDataSource pool) {
    this.history = history;
    this.listener = listener;
    this.bus = bus;
    this.outbox = outbox;
    this.pool = pool;
    this.presence = PostgresPresence.open(pool, listener, LeasedPresence.LEASE);
    this.bindCodes = new PostgresBindCodes(pool);
  }

  /**
   * Opens a cluster with the default options.
   *
   * @param url {@code jdbc:postgresql://host:port/database?user=…&password=…} or {@code
   *     postgresql://user:password@host:port/database}, with any parameters of the PostgreSQL
   *     driver
   * @throws HistoryException if the database refuses or does not answer within 5 seconds
   */
  public static PostgresCluster at(String url) {
    return builder(url).open();
  }

  /** Returns a builder of a cluster at a URL, as for {@link #at}. */
  public static Builder builder(String url) {
    return new Builder(url);
  }

  /** Collects the options. Not thread-safe. */
  public static final class Builder {
    private final PostgresUrl given;
    private @Nullable String node; // null if it has no name
    private @Nullable String user; // null if it is to be found in the URL
    private @Nullable String password; // null if it is to be found in the URL
    private @Nullable PostgresUrl listenUrl; // null for the URL
    private PostgresLimits limits = PostgresLimits.DEFAULT;

    private Builder(String url) {
      this.given = PostgresUrl.of(url);
    }

    /** Sets the user, if the URL does not name one. */
    public Builder user(String name) {
      user = name;
      return this;
    }

    /** Sets the password, if the URL does not contain one. */
    public Builder password(String text) {
      password = text;
      return this;
    }

    /**
     * Sets another URL for the three connections that must reach the database itself: a pooler in
     * transaction mode, such as PgBouncer, can't {@code LISTEN} and keeps no lock. The default is
     * the cluster's URL.
     */
    public Builder listenUrl(String direct) {
      listenUrl = PostgresUrl.of(direct);
      return this;
    }

    /**
     * Names this server. The database shows it with each connection, as {@code switchboard@NAME} in
     * {@code pg_stat_activity}. It has no name by default.
     *
     * @param name 1–40 letters, digits, dots, underscores or hyphens
     * @throws IllegalArgumentException if it is anything else
     */
    public Builder node(String name) {
      node = NodeName.checked(name);
      return this;
    }

    /** Sets how much data the logs may hold. There is no limit by default. */
    public Builder limits(PostgresLimits most) {
      limits = most;
      return this;
    }

    /**
     * Opens the cluster's logs. The server that it is given to opens the rest.
     *
     * @throws HistoryException if the database refuses or does not answer within 5 seconds
     */
    public PostgresCluster open() {
      PostgresUrl url = named(given);
      PostgresHistory history = PostgresHistory.open(url.jdbc(), user(url), password(url), limits);
      HikariDataSource pool = new HikariDataSource(pool(url));
      boolean opened = false;
      try (Connection connection = connections(url).open("switchboard")) {
        PostgresUrl direct = listenUrl == null ? url : named(listenUrl);
        ChannelListener<String> listener = PostgresChannels.listener(connections(direct));
        String channel = PostgresChannels.channel(connection, "bus");
        PostgresBus bus = new PostgresBus(listener, connections(direct), channel);
        String schema = OutboxTable.schema(connection);
        OutboxReader outbox = new OutboxReader(connections(direct), schema);
        PostgresCluster cluster = new PostgresCluster(history, listener, bus, outbox, pool);
        opened = true;
        return cluster;
      } catch (SQLException e) {
        throw new HistoryException("PostgreSQL: open failed: " + Reason.of(e), e);
      } finally {
        if (!opened) {
          pool.close();
          history.close();
        }
      }
    }

    private PostgresUrl named(PostgresUrl one) {
      return node == null ? one : one.named("switchboard@" + node);
    }

    private @Nullable String user(PostgresUrl one) {
      return user == null ? one.user() : user;
    }

    private @Nullable String password(PostgresUrl one) {
      return password == null ? one.password() : password;
    }

    private HikariConfig pool(PostgresUrl url) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(url.jdbc());
      config.setUsername(user(url));
      config.setPassword(password(url));
      config.setPoolName("switchboard-presence");
      config.setMaximumPoolSize(LeasedPresence.MAX_VISITS);
      config.setMinimumIdle(1);
      config.setConnectionTimeout(CONNECT_MILLIS);
      config.setInitializationFailTimeout(-1); // the history has just reached the database
      config.addDataSourceProperty("connectTimeout", "5");
      config.addDataSourceProperty("socketTimeout", "10");
      config.addDataSourceProperty("tcpKeepAlive", "true");
      config.addDataSourceProperty("ApplicationName", "switchboard-presence");
      return config;
    }

    private DirectConnections connections(PostgresUrl one) {
      return new DirectConnections(one.jdbc(), user(one), password(one));
    }
  }

  @Override
  public PostgresHistory history() {
    return history;
  }

  @Override
  public Bus bus() {
    return bus;
  }

  @Override
  public RestrictionStore restrictions() {
    return history.restrictions();
  }

  @Override
  public PresenceStore presence() {
    return presence;
  }

  @Override
  public LastSeen lastSeen() {
    return presence.lastSeen();
  }

  @Override
  public BindCodes bindCodes() {
    return bindCodes;
  }

  @Override
  public TransactionalMessages transactionalMessages() {
    return outbox;
  }

  /**
   * Closes the logs, the bus, presence, and the connection that listens. Closing again has no
   * effect.
   */
  @Override
  public void close() {
    outbox.close();
    presence.close();
    bus.close();
    listener.close();
    pool.close();
    history.close();
  }
}
