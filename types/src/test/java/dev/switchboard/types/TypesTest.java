package dev.switchboard.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.FromServer;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.TypeName;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.Year;
import java.time.chrono.ThaiBuddhistDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D10")
class TypesTest {
  record Generic<T>(T value) {}

  record HoldsGeneric(List<Generic<String>> many) {}

  record Tree(String name, List<Tree> below, Map<String, Tree> named) {}

  enum One {
    @SuppressWarnings("unused")
    A
  }

  static final class First {
    record Part(int a) {}
  }

  static final class Second {
    record Part(int a) {}
  }

  record TwoParts(First.Part first, Second.Part second) {}

  sealed interface Delete {
    record Gone(String what) implements Delete {}
  }

  sealed interface Taken {
    record Card(Taken2.Taken other) implements Taken {}
  }

  static final class Taken2 {
    record Taken(int a) {}
  }

  @FromServer
  sealed interface News {
    @Fleeting
    record Ticker(String text) implements News {}
  }

  private static String typescript(Class<?> union) {
    return Types.of(union).typescript();
  }

  private static void refused(Class<?> union, String... parts) {
    assertThatThrownBy(() -> Types.of(union))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void aRecordMayHoldItself() {
    assertThat(typescript(Tree.class))
        .contains(
            """
            export interface Tree {
              name: string;
              below: Tree[];
              named: { [key: string]: Tree };
            }
            """)
        .contains("export interface TreeMessages {\n  tree: Tree;\n}");
  }

  @Test
  void aGenericRecordIsRefusedByName() {
    refused(Generic.class, "Generic.value", "T cannot be decoded");
    refused(HoldsGeneric.class, "HoldsGeneric.many", "Generic<java.lang.String>", "expected: ");
  }

  @Test
  void twoClassesWithOneSimpleNameAreRefused() {
    refused(TwoParts.class, "First$Part", "Second$Part", "expected: one class named Part");
    refused(Taken.class, "Taken2$Taken", "expected: one class named Taken");
  }

  @Test
  void aComponentWhoseJsonIsNotThatOfItsTypeIsRefused() {
    record Shaped(@JsonFormat(shape = JsonFormat.Shape.NUMBER) Instant at) {}
    record Hidden(String seen, @JsonIgnore @Nullable String unseen) {}
    record Odd(ThaiBuddhistDate day) {}
    refused(Shaped.class, "Shaped.at", "@JsonFormat", "expected: ");
    refused(Hidden.class, "Hidden.unseen", "expected: a component without @JsonIgnore");
    refused(Odd.class, "Odd.day", "ThaiBuddhistDate", "expected: ");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
  sealed interface Wrapped {
    record Inside(int a) implements Wrapped {}
  }

  @Test
  void aUnionWhoseKeyIsOutsideIsRefused() {
    record Holds(Wrapped wrapped) {}
    refused(Holds.class, "Wrapped$Inside", "WRAPPER_OBJECT", "expected: include = PROPERTY");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
  sealed interface Figure {
    record Circle(double radius) implements Figure {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
    sealed interface Angular extends Figure {
      record Square(double side) implements Angular {}
    }
  }

  record Drawing(Figure figure, Figure.Circle circle) {}

  /** What the codec writes is asked of the codec. */
  @Test
  void theKeyOfAUnionIsTheOneOnTheWire() {
    Protocol<Drawing> drawing = Protocol.of(Drawing.class);
    String json =
        new String(
            drawing.encode(new Drawing(new Figure.Angular.Square(1), new Figure.Circle(2))),
            java.nio.charset.StandardCharsets.UTF_8);
    assertThat(json).contains("{\"@type\":\"Square\",", "{\"@type\":\"Circle\",");
    assertThat(typescript(Drawing.class))
        .contains("export type Figure = Circle | Square;")
        .contains("  \"@type\": \"Circle\";", "  \"@type\": \"Square\";")
        .contains("  figure: Figure;\n  circle: Circle;\n");
  }

  @Test
  void annotationsOfAnInterfaceCountForItsRecords() {
    assertThat(typescript(News.class)).contains("ticker: { kind: \"fleeting\", from: \"server\" }");
  }

  @Test
  void theConstantHasANameThatItMayHave() {
    assertThat(typescript(Delete.class)).contains("export const deleteProtocol: Protocol<Delete,");
  }

  @Test
  void whatMayBeAbsentMayAlsoBeNull() {
    record Maybe(@Nullable String a, Optional<Integer> b, List<Optional<String>> c, Year d) {}
    assertThat(typescript(Maybe.class))
        .contains("  a?: string | null;\n", "  b?: number | null;\n", "  c: (string | null)[];\n");
  }

  @Test
  void integersThatJavaScriptCannotHoldAreMarked() {
    record Big(long any, @Min(0) long half, @Min(0) @Max(1000) long small, Map<String, Long> in) {}
    assertThat(typescript(Big.class))
        .contains(
            "  /** An integer of Java, exact only up to 2^53 in JavaScript. */\n  any: number;")
        .contains("JavaScript, at least 0. */\n  half: number;")
        .contains("  /** An integer, from 0 to 1000. */\n  small: number;")
        .contains("  /** Each: an integer of Java, exact only up to 2^53 in JavaScript. */\n  in:");
    assertThatThrownBy(() -> Types.of(Big.class).requireExactNumbers())
        .isInstanceOf(DefinitionException.class)
        .hasMessageContainingAll("Big.any: ", "expected: int, String, or @Min and @Max");
    record Small(@Min(0) @Max(1000) long small, int other, One one) {}
    assertThat(Types.of(Small.class).requireExactNumbers().typescript()).contains("small: number");
  }

  /** A comment that ended inside a pattern would be code. */
  @Test
  void noRuleEndsAComment() {
    record Closing(@Pattern(regexp = ".*/") String path) {}
    assertThat(typescript(Closing.class)).contains("/** Matches `^(?:.*\\/)$`. */\n");
  }

  @Test
  void patternsThatOnlyJavaReadsAreNotInTheSchema() {
    record Java(@Pattern(regexp = "(?i)a++") String text) {}
    assertThat(Types.of(Java.class).jsonSchema()).doesNotContain("\"pattern\"").contains("(?i)a++");
  }

  @Test
  void aPatternIsSaidInTheWordsOfItsMessage() {
    record Said(@Pattern(regexp = "\\p{Lu}.*", message = "begins with a capital") String text) {}
    assertThat(typescript(Said.class)).contains("/** Begins with a capital. */");
    assertThat(Types.of(Said.class).jsonSchema()).contains("\"^(?:\\\\p{Lu}.*)$\"");
  }

  /** An emoji is one character in JSON Schema and two in Java. */
  @Test
  void aSchemaIsNeverNarrowerThanTheRecord() {
    record Sized(@Size(min = 5, max = 9) String text) {}
    assertThat(Types.of(Sized.class).jsonSchema())
        .contains("\"minLength\" : 3", "\"maxLength\" : 9");
  }

  /** YAML reads them as true, as nothing, and as a number. */
  @Test
  void textsThatYamlTakesForOtherThingsAreQuoted() {
    @TypeName("no")
    record Odd(@JsonProperty("null") String first, @JsonProperty("1e3") String second) {}
    assertThat(Types.of(Odd.class).asyncApi())
        .contains("    \"no\":\n      name: \"no\"\n")
        .contains("      required: [\"null\", \"1e3\"]\n");
  }

  @Test
  void theHashFollowsTheTypesAndNothingElse() {
    assertThat(Types.of(Tree.class).hash())
        .hasSize(16)
        .isEqualTo(Types.of(Tree.class).hash())
        .isNotEqualTo(Types.of(Delete.class).hash());
    assertThat(typescript(Tree.class)).contains("hash: \"" + Types.of(Tree.class).hash() + "\"");
  }
}
