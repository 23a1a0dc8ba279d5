package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchboard.protocol.format.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The bill of materials lists what {@code ./switchboard} runs, no more and no less. */
@Tag("slow")
@Tag("D16")
class SbomTest {
  private static final Path APP = Path.of("../cli/target/app");

  @Test
  void itListsEachJarThatIsShipped() throws IOException {
    assumeTrue(System.getProperty("sbom") != null, "made by ./mvnw verify -Dsbom, as in ./test");
    JsonNode bom = Json.MAPPER.readTree(Files.readString(APP.resolve("switchboard.cdx.json")));
    assertThat(bom.get("bomFormat").asString()).isEqualTo("CycloneDX");
    Stream<JsonNode> components =
        Stream.concat(
            Stream.of(bom.at("/metadata/component")), bom.get("components").valueStream());
    assertThat(components.map(SbomTest::jar)).containsExactlyInAnyOrderElementsOf(shipped());
    assertThat(bom.get("components"))
        .filteredOn(component -> !component.get("group").asString().startsWith("dev.switchboard"))
        .allSatisfy(component -> assertThat(component.get("hashes")).isNotEmpty());
  }

  private static String jar(JsonNode component) {
    String purl = component.get("purl").asString();
    int classifier = purl.indexOf("classifier=");
    return component.get("name").asString()
        + "-"
        + component.get("version").asString()
        + (classifier < 0 ? "" : "-" + purl.substring(classifier + 11).split("&", -1)[0])
        + ".jar";
  }

  private static List<String> shipped() throws IOException {
    try (Stream<Path> jars = Files.list(APP.resolve("lib"))) {
      return jars.map(jar -> jar.getFileName().toString()).toList();
    }
  }
}
