package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.RealPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs in the documentation are compiled and run as they stand there. */
class PagesTest {
  private static final Path DOCS = Path.of("..", "docs");

  @TempDir private Path folder;

  @Test
  @Tag("A14")
  @Tag("B4")
  void thePageAboutValidationPrintsWhatItSays() throws Exception {
    Path page = DOCS.resolve("validation.md");
    try (Snippets snippets = new Snippets(page, folder)) {
      assertThat(Files.readString(page)).contains("```text\n" + snippets.run("Orders") + "```");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Checkout", "SpringCheckout"})
  @Tag("D15")
  void thePageAboutTransactionsPrintsWhatItSays(String program) throws Exception {
    Path page = DOCS.resolve("transactions.md");
    String url = RealPostgres.url();
    try (Snippets snippets =
        new Snippets(
            page,
            folder,
            source -> source.replace("jdbc:postgresql://localhost/shop?user=shop", url))) {
      assertThat(Files.readString(page)).contains("```text\n" + snippets.run(program) + "```");
    }
  }

  @Test
  @Tag("A15")
  void thePageAboutTokensPrintsWhatItSays() throws Exception {
    Path page = DOCS.resolve("tokens.md");
    try (Snippets snippets = new Snippets(page, folder)) {
      assertThat(Files.readString(page)).contains("```text\n" + snippets.run("Tokens") + "```");
    }
  }
}
