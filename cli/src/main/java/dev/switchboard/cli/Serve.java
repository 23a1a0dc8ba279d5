package dev.switchboard.cli;

import dev.switchboard.chat.ChatServer;
import dev.switchboard.cluster.postgres.PostgresCluster;
import dev.switchboard.cluster.redis.RedisCluster;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.postgres.PostgresHistory;
import dev.switchboard.history.postgres.PostgresLimits;
import dev.switchboard.history.sqlite.SqliteHistory;
import dev.switchboard.history.sqlite.SqliteLimits;
import dev.switchboard.server.Certificates;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.Retention;
import dev.switchboard.transport.BindFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts the chat application. */
@Command(
    name = "serve",
    description = "Starts the chat application: open the printed address in a browser.",
    mixinStandardHelpOptions = true)
final class Serve implements Callable<Integer> {
  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen on (default: ${DEFAULT-VALUE}; 0.0.0.0 accepts other machines).")
  private String host = "";

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port to listen on; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description =
          "A name that browsers reach this server by, such as chat.example.com or *.example.com; may be repeated "
              + "(default: only addresses and localhost).")
  private List<String> names = List.of();

  @Option(
      names = "--trusted-proxy",
      paramLabel = "NETWORK",
      description =
          "A proxy in front whose X-Forwarded-For is believed, such as 10.0.0.0/8; may be repeated (default: none).")
  private List<String> trustedProxies = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder to store messages in (default: switchboard in the user's data folder).")
  private Path data = defaultData();

  @Option(
      names = "--database",
      paramLabel = "URL",
      defaultValue = "${env:SWITCHBOARD_DATABASE}",
      description =
          "Store messages in PostgreSQL instead: jdbc:postgresql://HOST/DATABASE?user=…&password=… "
              + "(default: the variable SWITCHBOARD_DATABASE, which other users of the machine can't see).")
  private @Nullable String database;

  @Option(
      names = "--cluster",
      paramLabel = "URL",
      defaultValue = "${env:SWITCHBOARD_CLUSTER}",
      description =
          "Be one of several servers that share a PostgreSQL database, postgresql://USER:PASSWORD@HOST/DATABASE, "
              + "or a Redis, redis://USER:PASSWORD@HOST/NUMBER, or rediss://… with TLS (default: the variable SWITCHBOARD_CLUSTER).")
  private @Nullable String cluster;

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description =
          "What to call this server in the cluster: PostgreSQL and Redis show it with its connections (default: nothing).")
  private @Nullable String node;

  @Option(
      names = "--redis-level",
      paramLabel = "LEVEL",
      defaultValue = "flushed",
      description =
          "When a message counts as stored in Redis: flushed (on its disk), replicated (a replica has it) "
              + "or fast (in its memory) (default: ${DEFAULT-VALUE}).")
  private String redisLevel = "";

  @Option(
      names = "--redis-ca",
      paramLabel = "FILE",
      description =
          "Certificates to trust with rediss://…, Redis's own or its authority's (PEM) (default: what Java trusts).")
  private @Nullable Path redisAuthorities;

  @Option(
      names = "--keep-messages",
      paramLabel = "COUNT",
      defaultValue = "100000",
      description =
          "Messages to keep for each room, and of each person's direct messages (default: ${DEFAULT-VALUE}).")
  private int keepMessages;

  @Option(
      names = "--keep-days",
      paramLabel = "DAYS",
      defaultValue = "1825",
      description = "Days to keep messages for (default: ${DEFAULT-VALUE}).")
  private int keepDays;

  @Option(
      names = "--keep-mib",
      paramLabel = "MIB",
      defaultValue = "64",
      description =
          "MiB of messages to keep for each; the oldest are deleted first (default: ${DEFAULT-VALUE}).")
  private int keepMib;

  @Option(
      names = "--disk-mib",
      paramLabel = "MIB",
      defaultValue = "4096",
      description =
          "Maximum size of all messages in MiB; beyond it publishing is refused (default: ${DEFAULT-VALUE}).")
  private int diskMib;

  @Option(
      names = "--free-mib",
      paramLabel = "MIB",
      defaultValue = "256",
      description =
          "MiB to leave free on the disk of DIR; below it publishing is refused (default: ${DEFAULT-VALUE}).")
  private int freeMib;

  @Option(
      names = "--rate",
      paramLabel = "COUNT",
      defaultValue = "20",
      description =
          "Messages per second that a connection may send, in bursts of up to 30 seconds' worth; "
              + "0 for no limit (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Serve TLS only, with this certificate chain (PEM); needs --tls-key.")
  private @Nullable Path tlsCertificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The certificate's private key (PEM, PKCS#8, not encrypted).")
  private @Nullable Path tlsKey;

  @Mixin private Access access = new Access();

  private final AtomicBoolean stopping = new AtomicBoolean();

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65535) {
      throw new Switchboard.Failure("--port: " + port + " (expected: 0-65535)");
    }
    ChatServer server = start();
    for (String signal : List.of("INT", "TERM", "HUP")) {
      Signals.register(signal, () -> stop(server));
    }
    String scheme = tlsCertificate == null ? "http" : "https";
    System.out.println("listening on " + scheme + "://" + server.address());
    System.out.flush();
    new CountDownLatch(1).await(); // until a signal ends the process
    return 0;
  }

  /**
   * Stops the server gracefully on the first signal and exits with 0; exits at once on the second.
   */
  private void stop(ChatServer server) {
    if (stopping.getAndSet(true)) {
      Runtime.getRuntime().halt(1);
    }
    Thread.ofPlatform()
        .name("switchboard-stop")
        .start(() -> {
          server.close();
          Runtime.getRuntime().halt(0);
        });
  }

  private HistoryStore open() {
    if (database != null) {
      return PostgresHistory.open(database, null, null, databaseLimits());
    }
    try {
      Files.createDirectories(data);
    } catch (IOException failed) {
      throw new Switchboard.Failure(
          "--data: " + data + " can't be created (expected: a writable folder)");
    }
    return SqliteHistory.open(data, diskLimits());
  }

  private Cluster openCluster(String url) {
    try {
      return open(url);
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--" + wrong.getMessage());
    }
  }

  private Cluster open(String url) {
    if (database != null) {
      throw new Switchboard.Failure(
          "--database, --cluster: both given (expected: one of them, as a cluster has the messages)");
    }
    if (url.startsWith("postgresql:") || url.startsWith("jdbc:postgresql:")) {
      PostgresCluster.Builder postgres = PostgresCluster.builder(url).limits(databaseLimits());
      return (node == null ? postgres : postgres.node(node)).open();
    }
    if (!url.matches("redis(s|-sentinel)?:.*")) { // not shown, because it may contain a password
      throw new Switchboard.Failure(
          "--cluster: neither PostgreSQL nor Redis (expected: postgresql://…, redis://…, rediss://… or "
              + "redis-sentinel://…)");
    }
    RedisCluster.Builder redis =
        RedisCluster.builder(url, level()).maxBytes(databaseLimits().maxBytes());
    if (redisAuthorities != null) {
      redis.trustedCertificates(redisAuthorities);
    }
    return (node == null ? redis : redis.node(node)).open();
  }

  private RedisCluster.Level level() {
    return switch (redisLevel) {
      case "flushed" -> RedisCluster.Level.FLUSHED;
      case "replicated" -> RedisCluster.Level.REPLICATED;
      case "fast" -> RedisCluster.Level.FAST;
      default ->
          throw new Switchboard.Failure(
              "--redis-level: " + redisLevel + " (expected: flushed, replicated or fast)");
    };
  }

  private ChatServer.Site site() {
    try {
      return new ChatServer.Site(host, port, names, trustedProxies, certificates());
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--name, --trusted-proxy: " + wrong.getMessage());
    }
  }

  private @Nullable Certificates certificates() {
    if (tlsCertificate == null && tlsKey == null) {
      return null;
    }
    if (tlsCertificate == null || tlsKey == null) {
      throw new Switchboard.Failure("--tls-cert, --tls-key: one of them (expected: both)");
    }
    try {
      return Certificates.pem(tlsCertificate, tlsKey);
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--tls-cert, --tls-key: " + wrong.getMessage());
    }
  }

  private PostgresLimits databaseLimits() {
    try {
      return new PostgresLimits((long) diskMib << 20);
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--disk-mib: " + wrong.getMessage());
    }
  }

  private SqliteLimits diskLimits() {
    try {
      return new SqliteLimits((long) diskMib << 20, (long) freeMib << 20);
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--disk-mib, --free-mib: " + wrong.getMessage());
    }
  }

  private ChatServer.Limits limits() {
    try {
      Retention kept = new Retention(keepMessages, Duration.ofDays(keepDays), (long) keepMib << 20);
      return new ChatServer.Limits(kept, rate);
    } catch (IllegalArgumentException wrong) {
      throw new Switchboard.Failure("--keep-…, --rate: " + wrong.getMessage());
    }
  }

  private ChatServer start() {
    ChatServer.Limits limits = limits();
    ChatServer.Site site = site();
    boolean encrypted = tlsCertificate != null || !trustedProxies.isEmpty();
    if (node != null && cluster == null) {
      throw new Switchboard.Failure("--node: without --cluster (expected: both)");
    }
    Authenticator users = access.users(host, encrypted, rate);
    if (users != null) {
      Access.audit();
      if (tlsKey != null) {
        Access.requirePrivate("--tls-key", tlsKey, "chmod 600", PosixFilePermission.OTHERS_READ);
      }
    }
    try {
      return cluster == null
          ? ChatServer.start(site, open(), limits, users)
          : ChatServer.start(site, openCluster(cluster), limits, users);
    } catch (BindFailedException taken) {
      throw new Switchboard.Failure(
          "--port: "
              + port
              + " on "
              + host
              + " is in use or not allowed (expected: a free port; 0 picks one)");
    } catch (HistoryException failed) {
      throw new Switchboard.Failure(String.valueOf(failed.getMessage()));
    }
  }

  private static Path defaultData() {
    String given = System.getenv("XDG_DATA_HOME");
    Path home = Path.of(System.getProperty("user.home"));
    String os = System.getProperty("os.name");
    if (os.startsWith("Mac")) {
      return home.resolve("Library/Application Support/switchboard");
    }
    if (os.startsWith("Windows") && System.getenv("LOCALAPPDATA") != null) {
      return Path.of(System.getenv("LOCALAPPDATA"), "switchboard");
    }
    return (given == null || given.isEmpty() ? home.resolve(".local/share") : Path.of(given))
        .resolve("switchboard");
  }
}
