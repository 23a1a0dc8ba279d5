package dev.switchboard.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A server in a process of its own: it prints its port, then answers each line with lines of a name
 * and a number up to an empty one.
 */
final class Host implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final Writer questions;
  private final int port;

  private Host(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = process.outputWriter(StandardCharsets.UTF_8);
    this.port = Integer.parseInt(Objects.requireNonNull(answers.readLine(), "a port"));
  }

  static Host start(Class<?> main, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    try {
      return new Host(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  int port() {
    return port;
  }

  Map<String, Long> ask(String question) throws IOException {
    questions.append(question).append('\n').flush();
    Map<String, Long> answer = new TreeMap<>();
    for (String line = answers.readLine(); !"".equals(line); line = answers.readLine()) {
      if (line == null) {
        throw new IOException("host: ended");
      }
      int space = line.lastIndexOf(' ');
      answer.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
    }
    return answer;
  }

  /** Waits until it has ended by itself. */
  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
