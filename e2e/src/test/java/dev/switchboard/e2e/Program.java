package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.peers.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A process of ours: the command line, as a user starts it. */
public final class Program implements AutoCloseable {
  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();

  private Program(List<String> command) {
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.startVirtualThread(() -> copy(process.inputReader(StandardCharsets.UTF_8), out));
    Thread.startVirtualThread(() -> copy(process.errorReader(StandardCharsets.UTF_8), err));
  }

  public static Program switchboard(String... arguments) {
    return switchboard(Path.of(System.getProperty("java.io.tmpdir")), arguments);
  }

  /** The command line in a process whose temporary folder is that one. */
  static Program switchboard(Path temporary, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.switchboard.cli.Switchboard"));
    command.addAll(List.of(arguments));
    return new Program(command);
  }

  static Program of(String... command) {
    return new Program(List.of(command));
  }

  private static void copy(BufferedReader from, List<String> to) {
    try (from) {
      from.lines().forEach(to::add);
    } catch (IOException | UncheckedIOException ended) {
      // The process is gone, and with it what it had to say.
    }
  }

  /** Waits for a line of standard output that has this in it. */
  public String says(String part) {
    await("\"" + part + "\" in " + out + err)
        .atMost(Duration.ofSeconds(30))
        .until(() -> !process.isAlive() || out.stream().anyMatch(line -> line.contains(part)));
    assertThat(out)
        .as("standard output; standard error is %s", err)
        .anyMatch(line -> line.contains(part));
    return out.stream().filter(line -> line.contains(part)).findFirst().orElseThrow();
  }

  /** The port a server says it listens on. */
  int port() {
    String line = says("listening on ");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  void type(String line) {
    try {
      process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  public List<String> out() {
    return out;
  }

  List<String> err() {
    return err;
  }

  /** Waits for the end; the exit code. */
  int ends() {
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS))
          .as("ended; standard error is %s", err)
          .isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    return process.exitValue();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Sends a signal, such as {@code STOP}, which lets it do nothing until {@code CONT}. */
  void signal(String name) {
    Signals.send(process, name);
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    ends();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
