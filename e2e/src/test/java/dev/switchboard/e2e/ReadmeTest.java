package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's program is compiled and run as it stands there. */
class ReadmeTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh.md"})
  void theProgramDoesWhatItSays(String readme) throws Exception {
    try (Snippets snippets = new Snippets(Path.of("..", readme), folder)) {
      assertThat(snippets.run("Hello"))
          .contains("message 1, 1 + 2 = 3")
          .containsPattern("guest-\\w+ said hi");
    }
  }
}
