package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project of its own is built with the plugin, by Maven, offline. What was built here is found in
 * a local repository of the test, everything else in the one behind it.
 */
@Tag("slow")
@Tag("D10")
class TypesPluginTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String VERSION = "0.1.0-SNAPSHOT";

  private static final String POM =
      """
      <project>
        <modelVersion>4.0.0</modelVersion>
        <groupId>shop</groupId>
        <artifactId>shop</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>21</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencies>
          <dependency>
            <groupId>dev.switchboard</groupId>
            <artifactId>switchboard-protocol</artifactId>
            <version>VERSION</version>
          </dependency>
          <dependency>
            <groupId>jakarta.validation</groupId>
            <artifactId>jakarta.validation-api</artifactId>
            <version>3.1.1</version>
          </dependency>
        </dependencies>
        <build>
          <plugins>
            <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
            <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.16.0</version></plugin>
            <plugin>
              <groupId>dev.switchboard</groupId>
              <artifactId>switchboard-types-maven-plugin</artifactId>
              <version>VERSION</version>
              <executions>
                <execution><goals><goal>${goal}</goal></goals></execution>
              </executions>
              <configuration>
                <protocol>shop.Shop</protocol>
                <typescript>web/shop.ts</typescript>
                <jsonSchema>web/shop.json</jsonSchema>
              </configuration>
            </plugin>
          </plugins>
        </build>
      </project>
      """
          .replace("VERSION", VERSION);

  private static final String PROTOCOL =
      """
      package shop;

      import jakarta.validation.constraints.NotBlank;

      public sealed interface Shop {
        record Order(@NotBlank String article) implements Shop {}
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void project() throws IOException {
    installPom("switchboard", ROOT.resolve("pom.xml"));
    for (String module : List.of("protocol", "types", "validation", "types-maven-plugin")) {
      install(
          "switchboard-" + module,
          ROOT.resolve(module).resolve("pom.xml"),
          ROOT.resolve(module).resolve("target/classes"));
    }
    Files.writeString(folder.resolve("pom.xml"), POM);
    protocol(PROTOCOL);
  }

  private void protocol(String source) throws IOException {
    Path file = folder.resolve("src/main/java/shop/Shop.java");
    Files.createDirectories(folder.resolve("src/main/java/shop"));
    Files.writeString(file, source);
  }

  /** Puts a module where {@code mvn install} would put it. */
  private void install(String artifact, Path pom, Path classes) throws IOException {
    Path jar = installPom(artifact, pom).resolve(artifact + "-" + VERSION + ".jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
      }
    }
  }

  private Path installPom(String artifact, Path pom) throws IOException {
    Path to = folder.resolve("repository/dev/switchboard").resolve(artifact).resolve(VERSION);
    Files.createDirectories(to);
    Files.copy(pom, to.resolve(artifact + "-" + VERSION + ".pom"));
    return to;
  }

  private String builds(boolean good, String... arguments) throws Exception {
    var command =
        Stream.concat(
                Stream.of(
                    ROOT.resolve("mvnw").toString(),
                    "-B",
                    "-o",
                    "-q",
                    "-Dmaven.repo.local=" + folder.resolve("repository"),
                    "-Dmaven.repo.local.tail="
                        + Path.of(System.getProperty("user.home"), ".m2", "repository"),
                    "-Dmaven.repo.local.tail.ignoreAvailability=true",
                    "process-classes"),
                Stream.of(arguments))
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process maven = builder.start();
    maven.getOutputStream().close();
    String said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(maven.waitFor() == 0).as(said).isEqualTo(good);
    return said;
  }

  @Test
  void aBuildGeneratesChecksAndComparesWithAnEarlierVersion() throws Exception {
    Path typescript = folder.resolve("web/shop.ts");
    builds(true, "-Dgoal=generate", "dev.switchboard:switchboard-types-maven-plugin:check");
    assertThat(typescript)
        .content()
        .contains("/** At least 1 character, not blank. */\n  article: string;");

    Path earlier = Files.copy(folder.resolve("web/shop.json"), folder.resolve("web/earlier.json"));
    protocol(PROTOCOL.replace("String article", "String article, int amount"));
    assertThat(builds(false, "-Dgoal=check")).contains("shop.ts", "not up to date");
    assertThat(builds(false, "-Dgoal=generate", "-Dswitchboard.types.against=" + earlier))
        .contains("order.amount: was added and must be present");
    assertThat(typescript).content().doesNotContain("amount");
  }
}
