package dev.switchboard.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A real {@code redis-server} on a free port, with a folder of its own, which a test can kill,
 * pause and start again. {@link #uri()} is a database of one that all tests of a module share.
 * Thread-safe.
 */
public final class RealRedis implements AutoCloseable {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final int MAX_DATABASES = 1_000;
  private static final long START_SECONDS = 20;

  private final String program;
  private final Path folder;
  private final int port;
  private final List<String> options;
  private Process process; // the last one that was started; guarded by this

  private static final class Shared {
    static final RealRedis SERVER = start();
  }

  private RealRedis(String program, Path folder, List<String> options) {
    this.program = program;
    this.folder = folder;
    this.options = options;
    this.port = freePort();
    this.process = launch();
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /**
   * Starts a server that appends to a file, which it flushes every second.
   *
   * @param options further lines of its configuration, such as {@code appendfsync always}
   */
  public static RealRedis start(String... options) {
    List<String> lines = new ArrayList<>();
    lines.add("save \"\"");
    lines.add("appendonly yes");
    lines.add("appendfsync everysec");
    lines.add("databases " + MAX_DATABASES);
    lines.addAll(List.of(options));
    return start("redis-server", lines);
  }

  /** Starts a replica of a server. */
  public static RealRedis replicaOf(RealRedis master) {
    return start("replicaof 127.0.0.1 " + master.port);
  }

  /** Starts a Sentinel that makes a replica the master when that has been dead for a second. */
  public static RealRedis sentinelOf(RealRedis master, String name) {
    return start(
        "redis-sentinel",
        List.of(
            "sentinel monitor " + name + " 127.0.0.1 " + master.port + " 1",
            "sentinel down-after-milliseconds " + name + " 1000",
            "sentinel failover-timeout " + name + " 10000"));
  }

  private static RealRedis start(String program, List<String> options) {
    try {
      RealRedis redis = new RealRedis(program, Files.createTempDirectory("redis"), options);
      redis.awaitAnswer();
      return redis;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the URI of an empty database of the shared server. */
  public static String uri() {
    return Shared.SERVER.uri(DATABASES.incrementAndGet() % MAX_DATABASES);
  }

  /** Returns the shared server. */
  public static RealRedis shared() {
    return Shared.SERVER;
  }

  /** Returns the URI of a database. */
  public String uri(int database) {
    return "redis://127.0.0.1:" + port + "/" + database;
  }

  /** Returns the port it listens on, which stays the same. */
  public int port() {
    return port;
  }

  /** Returns the folder that it stores everything in. */
  public Path folder() {
    return folder;
  }

  /** Returns a port that nobody listens on. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process launch() {
    List<String> lines = new ArrayList<>();
    lines.add("bind 127.0.0.1");
    lines.add("port " + port);
    lines.add("dir " + folder);
    lines.add("loglevel warning");
    lines.add("logfile log.txt");
    lines.addAll(options);
    try {
      Path configuration = folder.resolve("redis.conf");
      Files.write(configuration, lines);
      return new ProcessBuilder(program, configuration.toString())
          .redirectErrorStream(true)
          .redirectOutput(folder.resolve("output.txt").toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(
          program + " can't be started (Debian: apt-get install " + program + "; ./test does)", e);
    }
  }

  private void awaitAnswer() {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (System.nanoTime() - until < 0) {
      try {
        String answer = say("PING");
        if (answer.equals("+PONG") || answer.startsWith("-NOAUTH")) {
          return;
        }
      } catch (UncheckedIOException notYet) {
        // it is starting
      }
      LockSupport.parkNanos(10_000_000);
    }
    throw new IllegalStateException(program + " does not answer; see " + folder);
  }

  /** Sends a command as a line, and returns the answer: its first line, or a text. */
  public String say(String command) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      StringBuilder line = new StringBuilder();
      for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
        line.append((char) next);
      }
      String first = line.toString().strip();
      return first.startsWith("$")
          ? new String(in.readNBytes(Integer.parseInt(first.substring(1))), StandardCharsets.UTF_8)
          : first;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it at once, and waits for its end. */
  public synchronized void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it again after {@link #kill}, with what its folder has now. */
  public synchronized void restart() {
    process = launch();
    awaitAnswer();
  }

  /** Stops it from doing anything, without its connections ending. */
  public synchronized void pause() {
    Signals.send(process, "STOP");
  }

  /** Lets it go on after {@link #pause}. */
  public synchronized void resume() {
    Signals.send(process, "CONT");
  }

  /** Kills it and deletes its folder. */
  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException | UncheckedIOException gone) {
      // it is closed, whatever is left
    }
  }
}
