package dev.switchboard.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A real {@code pgbouncer} on a free port, in front of a PostgreSQL. Thread-safe. */
public final class RealPgBouncer implements AutoCloseable {
  private static final long START_NANOS = 20_000_000_000L;

  private final URI database;
  private final int port = RealRedis.freePort();
  private final Process process;

  private RealPgBouncer(URI database, String mode) {
    this.database = database;
    try {
      Path folder = Files.createTempDirectory("pgbouncer");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      Path configuration = folder.resolve("pgbouncer.ini");
      Files.write(configuration, lines(mode));
      process =
          new ProcessBuilder("pgbouncer", configuration.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output.txt").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "pgbouncer can't be started (Debian: apt-get install pgbouncer; ./test does)", e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  private List<String> lines(String mode) {
    return List.of(
        "[databases]",
        "* = host=" + database.getHost() + " port=" + database.getPort() + " user=postgres",
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        "listen_port = " + port,
        "unix_socket_dir =",
        "auth_type = any",
        "pool_mode = " + mode,
        "ignore_startup_parameters = extra_float_digits,search_path",
        "user = nobody"); // it refuses to be root
  }

  /**
   * Starts one, and waits until it answers.
   *
   * @param url of the driver, for the database behind it
   * @param mode {@code session} or {@code transaction}
   */
  public static RealPgBouncer start(String url, String mode) {
    RealPgBouncer started = new RealPgBouncer(URI.create(url.substring("jdbc:".length())), mode);
    long end = System.nanoTime() + START_NANOS;
    while (!started.answers()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("pgbouncer does not answer");
      }
      LockSupport.parkNanos(10_000_000);
    }
    return started;
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Returns the URL of the same database through it. */
  public String url() {
    String authority = database.getHost() + ":" + database.getPort();
    return "jdbc:" + database.toString().replace(authority, "127.0.0.1:" + port);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
