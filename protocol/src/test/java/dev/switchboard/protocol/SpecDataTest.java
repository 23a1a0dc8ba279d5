package dev.switchboard.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecDataTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String LIMITS =
      "protocol/src/main/java/dev/switchboard/protocol/Limits.java";

  @TempDir static Path classes;
  private static URLClassLoader loader;
  private static Class<?> generator;

  @TempDir Path copy;

  @BeforeAll
  static void compile() throws Exception {
    String source = ROOT.resolve("spec/Generate.java").toString();
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), source))
        .isZero();
    loader = new URLClassLoader(new URL[] {classes.toUri().toURL()});
    generator = loader.loadClass("Generate");
  }

  @AfterAll
  static void unload() throws IOException {
    loader.close();
  }

  @Test
  void whatIsGeneratedIsWhatTheDataSay() throws Exception {
    assertThat(check(ROOT)).isEmpty();
  }

  @Test
  void whatTheDataNoLongerSayIsFoundAndRenewed() throws Exception {
    copy();
    change(
        "spec/protocol.json",
        "\"maxNameBytes\", \"value\": 128",
        "\"maxNameBytes\", \"value\": 99");
    assertThat(check(copy))
        .contains(stale(LIMITS), stale("js/src/protocol.ts"), stale("spec/protocol.md"))
        .doesNotContain(stale("protocol/src/main/java/dev/switchboard/protocol/CloseCode.java"));

    run(copy, false);
    assertThat(Files.readString(copy.resolve(LIMITS))).contains("MAX_NAME_BYTES = 99;");
    assertThat(check(copy))
        .containsExactly(
            "spec/protocol.md: §4 does not say that maxNameBytes is 99, as spec/protocol.json does");
  }

  @Test
  void whatIsChangedByHandIsFound() throws Exception {
    copy();
    change(LIMITS, "MAX_NAME_BYTES = 128;", "MAX_NAME_BYTES = 256;");
    assertThat(check(copy)).containsExactly(stale(LIMITS));
  }

  private static String stale(String file) {
    return file + ": not what spec/protocol.json says; run `java spec/Generate.java`";
  }

  private static List<String> check(Path root) throws Exception {
    return run(root, true);
  }

  /** What spec/Generate.java complains of. */
  private static List<String> run(Path root, boolean check) throws Exception {
    Method run = generator.getDeclaredMethod("run", Path.class, boolean.class);
    run.setAccessible(true);
    return ((List<?>) run.invoke(null, root, check)).stream().map(String::valueOf).toList();
  }

  private void change(String file, String from, String to) throws IOException {
    String text = Files.readString(copy.resolve(file));
    assertThat(text).contains(from);
    Files.writeString(copy.resolve(file), text.replace(from, to));
  }

  /** The files that the generator reads and writes. */
  private void copy() throws IOException {
    for (String directory :
        List.of("spec", "js/src", "protocol/src/main/java/dev/switchboard/protocol")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path target = copy.resolve(ROOT.relativize(file));
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    }
  }
}
