package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code docs/encryption.md} are compiled and run, and print what stands there. */
@Tag("A16")
class EncryptionPageTest {
  private static final Path PAGE = Path.of("..", "docs", "encryption.md");
  private static final Pattern OUTPUT = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void theProgramsDoWhatTheySay() throws Exception {
    Matcher output = OUTPUT.matcher(Files.readString(PAGE));
    try (Snippets snippets = new Snippets(PAGE, folder)) {
      for (String program : List.of("Vault", "Secrets")) {
        assertThat(output.find()).isTrue();
        assertThat(snippets.run(program).lines())
            .as(program)
            .containsExactlyInAnyOrderElementsOf(output.group(1).lines().toList());
      }
    }
  }
}
