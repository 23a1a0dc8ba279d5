package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in {@code docs/encryption.md} is compiled and run, and prints what stands there. */
@Tag("A16")
class EncryptionPageTest {
  private static final Path PAGE = Path.of("..", "docs", "encryption.md");
  private static final Pattern OUTPUT = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void theProgramDoesWhatItSays() throws Exception {
    Matcher output = OUTPUT.matcher(Files.readString(PAGE));
    assertThat(output.find()).isTrue();
    try (Snippets snippets = new Snippets(PAGE, folder)) {
      assertThat(snippets.run("Secrets").lines())
          .containsExactlyInAnyOrderElementsOf(output.group(1).lines().toList());
    }
  }
}
