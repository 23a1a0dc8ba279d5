package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Tag("D10")
class TypesCommandTest {
  private static final String PROTOCOL =
      """
      package shop;

      import dev.switchboard.protocol.Request;
      import jakarta.validation.constraints.NotBlank;

      sealed interface Shop {
        record Order(@NotBlank String article) implements Shop {}

        record Find(String words) implements Shop, Request<Found> {}

        record Found(int count) {}
      }
      """;

  @TempDir private Path folder;

  private Path classes;

  @BeforeEach
  void compiled() throws IOException {
    classes = compile("classes", PROTOCOL);
  }

  private Path compile(String to, String source) throws IOException {
    Path file = Files.writeString(folder.resolve("Shop.java"), source);
    Path out = folder.resolve(to);
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                out.toString(),
                file.toString());
    assertThat(failed).isZero();
    return out;
  }

  private Program types(Path classpath, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("types", "--class", "shop.Shop", "--classpath", classpath.toString()));
    all.addAll(List.of(more));
    return Program.switchboard(all.toArray(String[]::new));
  }

  private String file(String name) {
    return folder.resolve("out").resolve(name).toString();
  }

  private static List<String> succeeds(Program program) {
    try (program) {
      assertThat(program.ends()).as("%s", program.err()).isZero();
      assertThat(program.err()).isEmpty();
      return program.out();
    }
  }

  private static List<String> fails(int code, Program program) {
    try (program) {
      assertThat(program.ends()).isEqualTo(code);
      assertThat(program.out()).isEmpty();
      assertThat(program.err().getLast()).startsWith("switchboard: ");
      return program.err();
    }
  }

  @Test
  void withoutAFileTypeScriptIsPrinted() {
    assertThat(succeeds(types(classes)))
        .contains(
            "export interface Order {",
            "  /** At least 1 character, not blank. */",
            "  find: { kind: \"request\", reply: \"found\" },",
            "export const shop: Protocol<Shop, typeof types> = {");
  }

  @Test
  void filesAreWrittenAndCheckFindsStaleOnes() throws IOException {
    List<String> written =
        List.of(
            "--ts",
            file("shop.ts"),
            "--asyncapi",
            file("shop.yaml"),
            "--schema",
            file("shop.json"));
    String[] files = written.toArray(String[]::new);
    String[] check = Stream.concat(written.stream(), Stream.of("--check")).toArray(String[]::new);
    assertThat(fails(1, types(classes, check)).getLast())
        .contains("shop.ts", "shop.yaml", "shop.json", "not up to date");
    assertThat(succeeds(types(classes, files))).hasSize(3);
    assertThat(succeeds(types(classes, files))).as("nothing changed").isEmpty();
    assertThat(succeeds(types(classes, check))).isEmpty();
    Path other = compile("other", PROTOCOL.replace("int count", "@Deprecated int number"));
    Files.writeString(
        Path.of(file("shop.yaml")),
        Files.readString(Path.of(file("shop.yaml"))).replace("\n", "\r\n"));
    assertThat(succeeds(types(classes, check))).as("line ends of another system").isEmpty();
    assertThat(fails(1, types(other, check)).getLast()).contains("shop.ts", "shop.yaml");
  }

  @Test
  void aChangeThatBreaksClientsIsToldAndNothingIsWritten() throws IOException {
    String schema = file("shop.json");
    succeeds(types(classes, "--schema", schema));
    assertThat(succeeds(types(classes, "--against", schema))).isEmpty();
    Path other =
        compile(
            "other",
            PROTOCOL
                .replace("String article", "String article, int amount")
                .replace("int count", "long number"));
    assertThat(fails(1, types(other, "--against", schema, "--ts", file("shop.ts"))))
        .satisfiesExactly(
            first -> assertThat(first).contains("order.amount: was added and must be present"),
            second -> assertThat(second).contains("found.count: was removed"),
            last -> assertThat(last).contains("2 changes break clients that run already"));
    assertThat(Path.of(file("shop.ts"))).doesNotExist();
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws IOException {
    Path missing = folder.resolve("none");
    assertThat(fails(1, types(missing))).hasSize(1).first().asString().contains("does not exist");
    Path empty = Files.createDirectory(missing);
    assertThat(fails(1, types(empty))).hasSize(1).first().asString().contains("class: shop.Shop");
    assertThat(fails(1, types(classes, "--against", file("none.json"))).getFirst())
        .contains("--against: ", "can't be read");
    Path broken = Files.writeString(folder.resolve("broken.json"), "{}");
    assertThat(fails(1, types(classes, "--against", broken.toString())).getFirst())
        .contains("--against: ", "expected: a generated JSON Schema");
    Path large = compile("large", PROTOCOL.replace("int count", "long count"));
    assertThat(fails(1, types(large, "--exact-numbers")).getFirst()).contains("Found.count");
    Path generic = compile("generic", PROTOCOL.replace("String words", "Comparable<?> words"));
    assertThat(fails(1, types(generic)).getFirst()).contains("shop.Shop$Find.words");
    assertThat(fails(2, Program.switchboard("types")).getFirst()).contains("--class");
  }
}
