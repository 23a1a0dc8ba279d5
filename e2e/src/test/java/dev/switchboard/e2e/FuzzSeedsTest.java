package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The seeds of a fuzz target are found by their folder: beside its class, with the names of the
 * class and the method. A folder elsewhere is passed over in silence.
 */
class FuzzSeedsTest {
  private static final Path ROOT = Path.of("..");
  private static final String INPUTS = "Inputs";

  /** Returns what ends so, below that folder of the modules. */
  private static List<Path> found(String folder, String ending) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(path -> Files.exists(path.resolve(folder))).toList()) {
        try (Stream<Path> all = Files.walk(module.resolve(folder))) {
          all.filter(path -> path.toString().endsWith(ending)).forEach(found::add);
        }
      }
    }
    return found;
  }

  @Test
  void everyTargetHasSeedsAndEverySeedATarget() throws IOException {
    List<Path> targets = found("src/test/java", "FuzzTest.java");
    List<Path> seeds = found("src/test/resources", "FuzzTest" + INPUTS);
    assertThat(targets).hasSizeGreaterThan(10);
    assertThat(seeds.stream().map(FuzzSeedsTest::target)).hasSameElementsAs(targets);
    for (Path folder : seeds) {
      String source = Files.readString(target(folder));
      try (Stream<Path> methods = Files.list(folder)) {
        assertThat(methods)
            .isNotEmpty()
            .allSatisfy(method -> {
              assertThat(source).contains(" void " + method.getFileName() + "(");
              assertThat(method).isNotEmptyDirectory();
            });
      }
    }
  }

  private static Path target(Path seeds) {
    String name = seeds.toString().replace("src/test/resources", "src/test/java");
    return Path.of(name.substring(0, name.length() - INPUTS.length()) + ".java");
  }
}
