package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code in {@code docs/client.md} compiles as it stands there. */
@Tag("A3")
class GuideTest {
  private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private static final String FRAME =
      """
      import dev.switchboard.client.*;
      import dev.switchboard.protocol.*;
      import dev.switchboard.transport.ProxyServer;
      import java.io.InputStream;
      import java.nio.file.Path;
      import java.time.Duration;
      import java.util.List;
      import java.util.Map;
      import java.util.concurrent.CompletionStage;

      class Snippet@number {
        sealed interface Chat {}
        record Said(String text) implements Chat {}
        @Fleeting record Typing(boolean on) implements Chat {}

        String uri = "ws://localhost:8080/ws";
        Client<Chat> client;

        void print(String line) {}
        String login() { return ""; }
        void copy(InputStream from, Path to) {}

        void run() throws Exception {
      @code
        }
      }
      """;

  @TempDir private Path folder;

  @Test
  void everyPieceOfCodeCompiles() throws Exception {
    Matcher snippets = SNIPPET.matcher(Files.readString(Path.of("..", "docs", "client.md")));
    List<String> arguments =
        new ArrayList<>(
            List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")));
    int count = 0;
    while (snippets.find()) {
      count++;
      Path file = folder.resolve("Snippet" + count + ".java");
      Files.writeString(
          file,
          FRAME.replace("@number", String.valueOf(count)).replace("@code", snippets.group(1)));
      arguments.add(file.toString());
    }
    assertThat(count).isGreaterThan(17);
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, errors, arguments.toArray(String[]::new));
    assertThat(result).as(errors.toString(StandardCharsets.UTF_8)).isZero();
  }
}
