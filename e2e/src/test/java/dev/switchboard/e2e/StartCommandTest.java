package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * When {@code ./switchboard} builds, and what it starts: the real script in a folder that looks
 * like a checkout, with a build that counts and a Java that says how it was called. {@code ./test}
 * starts the real thing.
 */
@Tag("slow")
@Tag("D11")
class StartCommandTest {
  private static final Path CHECKOUT =
      Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *-XshowSettings*) echo "    java.specification.version = 21" >&2 ;;
        *) echo "java $*" ;;
      esac
      """;

  @TempDir private Path temporary;
  private Path folder;
  private Path jdk;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = temporary.resolve("checkout");
    jdk = temporary.resolve("jdk");
    program(jdk.resolve("bin/java"), JAVA);
    program(jdk.resolve("bin/javac"), "");
    program(
        folder.resolve("mvnw"), "#!/bin/sh\nmkdir -p cli/target/app/lib\necho built >>builds\n");
    program(folder.resolve("switchboard"), Files.readString(CHECKOUT.resolve("switchboard")));
    write("build/find-jdk.sh", Files.readString(CHECKOUT.resolve("build/find-jdk.sh")));
    for (String source :
        List.of(
            "pom.xml",
            "js/package.json",
            "js/package-lock.json",
            "js/tsconfig.json",
            "js/src/index.ts",
            "chat/build-web.mjs",
            "chat/src/main/web/app.css",
            "cli/pom.xml",
            "cli/src/main/java/A Name.java")) {
      write(source, source);
    }
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
  }

  private static void program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private String start(String options) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(folder.resolve("switchboard").toString(), "serve");
    builder.environment().put("SWITCHBOARD_JAVA_HOME", jdk.toString());
    builder.environment().put("SWITCHBOARD_JAVA_OPTS", options);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return out;
  }

  private int builds() throws IOException, InterruptedException {
    start("");
    return Files.readAllLines(folder.resolve("builds")).size();
  }

  @Test
  void itBuildsOnceAndAPlainCopyOfTheFolderNotAgain() throws Exception {
    assertThat(builds()).isEqualTo(1);
    assertThat(builds()).isEqualTo(1);
    Path copy = temporary.resolve("copy");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, copy.resolve(folder.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    try (Stream<Path> files = Files.walk(copy)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
      }
    }
    folder = copy;
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void itBuildsWhatWasChangedAddedOrTakenAwayWhateverItsTime() throws Exception {
    assertThat(builds()).isEqualTo(1);
    Path source = folder.resolve("cli/src/main/java/A Name.java");
    FileTime old = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
    write("cli/src/main/java/A Name.java", "another");
    Files.setLastModifiedTime(source, old);
    assertThat(builds()).isEqualTo(2);
    assertThat(Files.getLastModifiedTime(source)).as("the build goes by times").isGreaterThan(old);
    write("js/src/more.ts", "more");
    assertThat(builds()).isEqualTo(3);
    Files.delete(folder.resolve("js/src/more.ts"));
    assertThat(builds()).isEqualTo(4);
    assertThat(builds()).isEqualTo(4);
  }

  @Test
  void aProcessWithoutMemoryEndsUnlessItsUserWantsItOtherwise() throws Exception {
    assertThat(start("")).contains(" -XX:+ExitOnOutOfMemoryError ");
    assertThat(start("-Xmx64m -XX:-ExitOnOutOfMemoryError"))
        .containsSubsequence(
            " -XX:+ExitOnOutOfMemoryError ", " -XX:-ExitOnOutOfMemoryError ", " serve");
  }
}
