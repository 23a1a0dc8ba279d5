package dev.switchboard.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** npm ws, in a process that is told what to do line by line. */
final class NodeGuest extends Guest {
  private static final JsonMapper JSON = new JsonMapper();

  private final Process node;
  private final CompletableFuture<String> extensions = new CompletableFuture<>();

  NodeGuest(URI uri, boolean deflate) {
    try {
      node =
          new ProcessBuilder(
                  "node", "src/test/node/guest.mjs", uri.toString(), deflate ? "deflate" : "plain")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.startVirtualThread(this::listen);
    extensions.join();
  }

  private void listen() {
    try (BufferedReader lines = node.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().map(JSON::readTree).forEach(this::line);
    } catch (IOException | UncheckedIOException ended) {
      // The process is gone, and with it what it had to say.
    }
    extensions.completeExceptionally(new IllegalStateException("node: ended before it connected"));
  }

  private void line(JsonNode line) {
    String value = line.path("value").asString("");
    switch (line.path("heard").asString("")) {
      case "open" -> extensions.complete(value);
      case "text" -> heard(new Heard.Text(value));
      case "binary" -> heard(Heard.Binary.of(Base64.getDecoder().decode(value)));
      case "pong" -> heard(new Heard.Pong(value));
      default -> heard(new Heard.Closed(line.path("code").asInt(0), value));
    }
  }

  private void tell(Map<String, Object> what) {
    try {
      node.outputWriter(StandardCharsets.UTF_8)
          .append(JSON.writeValueAsString(what))
          .append('\n')
          .flush();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Override
  void text(String message) {
    pieces(message);
  }

  @Override
  void binary(byte[] message) {
    tell(Map.of("binary", Base64.getEncoder().encodeToString(message)));
  }

  @Override
  void pieces(String... pieces) {
    tell(Map.of("pieces", List.of(pieces)));
  }

  @Override
  void ping(String payload) {
    tell(Map.of("ping", payload));
  }

  /** Has it hear, as a text, how many bytes it has read from its socket. */
  void read() {
    tell(Map.of("read", true));
  }

  @Override
  void end(int code, String reason) {
    tell(Map.of("close", code, "reason", reason));
  }

  @Override
  String extensions() {
    return extensions.join();
  }

  @Override
  public void close() {
    node.destroyForcibly();
  }
}
