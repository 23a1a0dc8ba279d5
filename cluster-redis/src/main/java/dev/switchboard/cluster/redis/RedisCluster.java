package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.cluster.NodeName;
import dev.switchboard.history.HistoryException;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LastSeen;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.RestrictionStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Several servers on one Redis (7.0 or newer; tested with 7.0) or Valkey. All of them append to the
 * same logs, and tell each other over a channel what is new. Each server opens its own:
 *
 * <pre>{@code
 * var server = Server.builder()
 *     .cluster(RedisCluster.at("redis://:password@redis/0", RedisCluster.Level.FLUSHED))
 *     .endpoint("/ws", endpoint)
 *     .start();
 * }</pre>
 *
 * <p>Redis must have {@code appendonly yes} and {@code maxmemory-policy noeviction}; all data is in
 * its memory. Deployments are apart if they use databases of different numbers. A server has 5
 * connections. Redis Cluster is not supported. Thread-safe.
 */
public final class RedisCluster implements Cluster {
  private final RedisServer server;
  private final RedisStore store;
  private final RedisHistory history;
  private final ChannelListener<byte[]> listener;
  private final RedisBus bus;
  private final LeasedPresence presence;
  private final RedisRestrictions restrictions;
  private final RedisBindCodes bindCodes;

  /**
   * When a message is acknowledged, and so what may happen to it. If Redis loses messages, the logs
   * get a new epoch and clients are told of a gap.
   */
  public enum Level {
    /**
     * When Redis has it in memory. A crash loses what Redis has not flushed, which it does every
     * second.
     */
    FAST,
    /**
     * When replicas have it in memory, too. A crash loses it only if the replica that takes over is
     * not one of those; Redis does not promise that.
     */
    REPLICATED,
    /** When it is on Redis's disk. Needs {@code appendfsync always}. */
    FLUSHED
  }

  private RedisCluster(RedisServer server, int replicas, long maxBytes) {
    this.server = server;
    this.store = new RedisStore(server, replicas);
    this.history = new RedisHistory(store, maxBytes);
    this.listener = RedisChannels.listener(server);
    this.bus = new RedisBus(server, listener, store.seen);
    this.presence =
        RedisPresence.open(store.presence(), listener, server.database(), LeasedPresence.LEASE);
    this.restrictions = new RedisRestrictions(store);
    this.bindCodes = new RedisBindCodes(store);
  }

  /**
   * Opens a cluster with the default options.
   *
   * @param uri {@code redis://user:password@host:port/database}, {@code rediss://…} for TLS, or
   *     {@code redis-sentinel://password@host:port,host:port/database#master}
   * @throws HistoryException if Redis refuses, does not answer within 3 seconds, or is not
   *     configured as the level demands
   */
  public static RedisCluster at(String uri, Level level) {
    return builder(uri, level).open();
  }

  /** Returns a builder of a cluster at a URI, as for {@link #at}. */
  public static Builder builder(String uri, Level level) {
    return new Builder(uri, level);
  }

  /** Collects the options. Not thread-safe. */
  public static final class Builder {
    private final String uri;
    private final Level level;
    private int replicas = 1; // for Level.REPLICATED
    private long maxBytes = Long.MAX_VALUE;
    private @Nullable Path trusted; // null for what Java trusts
    private @Nullable String node; // null if it has no name

    private Builder(String uri, Level level) {
      this.uri = uri;
      this.level = level;
    }

    /**
     * Sets how many replicas must have a message before it is acknowledged, with {@link
     * Level#REPLICATED}. The default is 1.
     *
     * @throws IllegalArgumentException if there are fewer than 1
     */
    public Builder replicas(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("replicas: " + count + " (expected: 1 or more)");
      }
      replicas = count;
      return this;
    }

    /**
     * Sets how many bytes of data all logs together may hold. Beyond that publishing is refused
     * with {@code unavailable}, while reading continues. There is no limit by default, except
     * Redis's own {@code maxmemory}, which has the same effect.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxBytes: " + bytes + " (expected: 1 or more)");
      }
      maxBytes = bytes;
      return this;
    }

    /**
     * Sets the certificates to trust, with {@code rediss://}: Redis's own, or that of the authority
     * that has signed it. The default are the authorities that Java trusts. Redis's certificate
     * must be for the host in the URI in any case.
     *
     * @param pem a file in PEM format, which is read again for each connection
     */
    public Builder trustedCertificates(Path pem) {
      trusted = pem;
      return this;
    }

    /**
     * Names this server. Redis shows it with each connection, as {@code switchboard-…@NAME} in
     * {@code CLIENT LIST}. It has no name by default.
     *
     * @param name 1–40 letters, digits, dots, underscores or hyphens
     * @throws IllegalArgumentException if it is anything else
     */
    public Builder node(String name) {
      node = NodeName.checked(name);
      return this;
    }

    /**
     * Opens the cluster's logs. The server that it is given to opens the rest.
     *
     * @throws HistoryException if Redis refuses, does not answer within 3 seconds, or is not
     *     configured as the level demands
     */
    public RedisCluster open() {
      int written = level == Level.REPLICATED ? replicas : 0;
      RedisServer server = RedisServer.at(uri, node, trusted);
      boolean opened = false;
      try {
        Requirements.check(server, level, written);
        RedisCluster cluster = new RedisCluster(server, written, maxBytes);
        opened = true;
        return cluster;
      } catch (RedisFailure failure) {
        throw new HistoryException("Redis: open failed: " + failure.getMessage(), failure);
      } finally {
        if (!opened) {
          server.close();
        }
      }
    }
  }

  @Override
  public HistoryStore history() {
    return history;
  }

  @Override
  public Bus bus() {
    return bus;
  }

  @Override
  public RestrictionStore restrictions() {
    return restrictions;
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

  /** Returns how far this server has seen the store come, for tests. */
  SeenCommits seen() {
    return store.seen;
  }

  /** Closes the logs, the bus, presence, and all connections. Closing again has no effect. */
  @Override
  public void close() {
    presence.close();
    bus.close();
    listener.close();
    store.close();
    server.close();
  }
}
