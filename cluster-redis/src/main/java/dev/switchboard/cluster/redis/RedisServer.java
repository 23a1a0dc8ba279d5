package dev.switchboard.cluster.redis;

import dev.switchboard.history.HistoryException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one database of Redis, whose address it knows. With Sentinel, each goes to
 * whoever is the master then. Thread-safe.
 *
 * <p>A connection that is lost stays lost, and what was under way on it fails. The driver would
 * otherwise repeat commands by itself, and carry some out twice.
 */
final class RedisServer implements AutoCloseable {
  static final Duration CONNECT = Duration.ofSeconds(3);

  private final String uri; // has the password: never shown
  private final int database;
  private final String suffix; // of the names of its connections
  private final RedisClient client;

  private RedisServer(String uri, @Nullable String node, int database, SslOptions tls) {
    this.uri = uri;
    this.suffix = node == null ? "" : "@" + node;
    this.database = database;
    this.client = RedisClient.create();
    SocketOptions sockets = SocketOptions.builder().connectTimeout(CONNECT).keepAlive(true).build();
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(false)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .socketOptions(sockets)
            .sslOptions(tls)
            .build());
  }

  /**
   * Creates a server without a connection.
   *
   * @param node what this process is called; null if it has no name
   * @param trusted a PEM file with the certificates to trust; null for those that Java trusts
   * @throws HistoryException if the URI is none of Redis, or the file can't be read
   */
  static RedisServer at(String uri, @Nullable String node, @Nullable Path trusted) {
    int database = parse(uri).getDatabase();
    return new RedisServer(
        uri, node, database, trusted == null ? SslOptions.create() : trusting(trusted));
  }

  private static SslOptions trusting(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      if (CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
        throw new CertificateException("empty");
      }
    } catch (IOException | CertificateException wrong) {
      throw new HistoryException(
          "Redis: trusted certificates: " + file + " (expected: a readable PEM file with some)",
          wrong);
    }
    return SslOptions.builder().jdkSslProvider().trustManager(file.toFile()).build();
  }

  private static RedisURI parse(String uri) {
    try {
      return RedisURI.create(uri);
    } catch (RuntimeException wrong) { // it may show the URI, which may contain a password
      throw new HistoryException(
          "uri: not for Redis (expected: redis://…, rediss://… or redis-sentinel://…)", null);
    }
  }

  /** Returns the number of the database. */
  int database() {
    return database;
  }

  /** Connects, under a name that Redis shows. */
  StatefulRedisConnection<byte[], byte[]> connect(String name) {
    return client.connect(ByteArrayCodec.INSTANCE, named(name));
  }

  /** Connects to receive messages. */
  StatefulRedisPubSubConnection<byte[], byte[]> connectPubSub(String name) {
    return client.connectPubSub(ByteArrayCodec.INSTANCE, named(name));
  }

  private RedisURI named(String name) {
    RedisURI parsed = parse(uri); // a copy of its own, because it can be changed
    parsed.setTimeout(CONNECT);
    parsed.getSentinels().forEach(sentinel -> sentinel.setTimeout(CONNECT));
    parsed.setClientName(name + suffix);
    return parsed;
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1)); // and the driver's threads
  }
}
