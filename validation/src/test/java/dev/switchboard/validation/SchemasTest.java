package dev.switchboard.validation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.format.Json;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Tag("A14")
@Tag("B4")
class SchemasTest {
  sealed interface Talk {
    record Said(@NotBlank @Size(max = 5) String text, @Nullable String mood) implements Talk {}

    record Asked(@Max(9) int page) implements Talk, Request<Answered> {}

    record Everything(
        boolean flag,
        byte b,
        short s,
        int i,
        long l,
        double d,
        char c,
        BigDecimal big,
        UUID id,
        URI link,
        Mood mood,
        Instant at,
        OffsetDateTime offset,
        ZonedDateTime zoned,
        LocalDate day,
        LocalTime time,
        Year year,
        Duration lasting,
        byte[] bytes,
        JsonNode tree,
        Inner inner,
        List<Inner> inners,
        Set<String> names,
        Map<String, Integer> counts,
        Optional<Inner> maybe,
        @Nullable Inner nullable,
        int[] numbers,
        Shape shape)
        implements Talk {}
  }

  enum Mood {
    GOOD,
    BAD
  }

  record Answered(String text) {}

  record Inner(String name, @Nullable Inner next) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  sealed interface Shape {
    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}
  }

  private static final String SAID =
      """
      {"type":"object","required":["text"],"additionalProperties":false,
       "properties":{"text":{"type":"string","maxLength":5,"pattern":"^[a-z]+$"},
                     "mood":{"enum":["good","bad",null]},
                     "at":{"type":"string","format":"date-time"},
                     "tags":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}}}}}}
      """;

  private final Protocol<Talk> talk = Protocol.of(Talk.class);
  private final Schemas given = Schemas.NONE.with("said", SAID);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                       | data.text      | required",
        "{\"text\":7}                             | data.text      | type",
        "{\"text\":\"toolong\"}                   | data.text      | maxLength",
        "{\"text\":\"A\"}                         | data.text      | pattern",
        "{\"text\":\"a\",\"mood\":\"odd\"}        | data.mood      | enum",
        "{\"text\":\"a\",\"more\":1}              | data.more      | additionalProperties",
        "{\"text\":\"a\",\"at\":\"today\"}        | data.at        | format",
        "{\"text\":\"a\",\"tags\":[{},{\"n\":1.5}]} | data.tags[1].n | type",
        "[]                                       | data           | type",
      })
  void jsonIsCheckedByTheNameOfItsType(String json, String path, String rule) {
    assertThatThrownBy(() -> given.validate("said", Json.MAPPER.readTree(json)))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> {
              assertThat(invalid.path()).isEqualTo(path);
              assertThat(invalid.rule()).isEqualTo(rule);
              assertThat(invalid.getMessage()).startsWith(path + ": ").contains("expected: ");
            });
  }

  @Test
  void whatASchemaAllowsAndATypeWithoutOnePass() {
    assertThatCode(
            () -> {
              given.validate("said", Json.MAPPER.readTree("{\"text\":\"a\",\"mood\":null}"));
              given.validate("other", Json.MAPPER.readTree("7"));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void theRuleAndTheValueAreInTheMessage() {
    assertThatThrownBy(() -> given.validate("said", Json.MAPPER.readTree("{\"text\":\"toolong\"}")))
        .hasMessage("data.text: \"toolong\" (expected: maxLength 5)");
  }

  @Test
  void aSchemaOnAProtocolChecksBothWays() {
    Protocol<Talk> strict = given.on(talk);
    assertThatThrownBy(() -> strict.encode(new Talk.Said("ABC", null)))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> assertThat(invalid.unsent()).contains(new Talk.Said("ABC", null)));
    assertThatThrownBy(() ->
            strict.decode(
                strict.type(Talk.Said.class), "{\"text\":\"abc\",\"more\":1}".getBytes(UTF_8)))
        .hasMessageContaining("additionalProperties");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "7",
        "{\"type\":\"nonsense\"}",
        "{\"maxLength\":\"five\"}",
        "{\"pattern\":\"[\"}",
        "{\"$ref\":\"http://127.0.0.1:1/schema.json\"}",
        "{\"$ref\":\"#/$defs/none\"}"
      })
  void whatIsNoSchemaOrNeedsAnotherIsRefusedAtOnce(String schema) {
    assertThatThrownBy(() -> Schemas.NONE.with("said", schema))
        .isInstanceOf(DefinitionException.class)
        .hasMessageStartingWith("schema of said: ");
  }

  @Test
  void aSchemaForATypeThatTheProtocolDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> given.with("sayed", "{}").on(talk))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("sayed");
  }

  @Test
  void generatedSchemasSayWhatRecordsAndAnnotationsSay() {
    Schemas generated = Schemas.generated(talk);
    assertThat(generated.types()).containsExactly("answered", "asked", "everything", "said");
    JsonNode said = Json.MAPPER.readTree(generated.text("said").orElseThrow());
    assertThat(said.path("required").toString()).isEqualTo("[\"text\"]");
    assertThat(said.at("/properties/text/maxLength").asInt()).isEqualTo(5);
    assertThatThrownBy(() -> generated.validate("asked", Json.MAPPER.readTree("{\"page\":10}")))
        .hasMessage("data.page: 10 (expected: maximum 9)");
    assertThatThrownBy(() -> generated.validate("asked", Json.MAPPER.readTree("{\"page\":\"1\"}")))
        .hasMessageContaining("type");
  }

  @Test
  void generatedSchemasLetPassWhatTheCodecWrites() {
    Protocol<Talk> checked = Schemas.generated(talk).on(talk);
    Talk.Everything everything =
        new Talk.Everything(
            true,
            (byte) 1,
            (short) 2,
            3,
            Long.MAX_VALUE,
            1.5,
            'x',
            new BigDecimal("1.20"),
            UUID.randomUUID(),
            URI.create("a/b?c"),
            Mood.GOOD,
            Instant.parse("2026-11-21T10:00:00.123456789Z"),
            OffsetDateTime.parse("2026-11-21T10:00:00+01:00"),
            ZonedDateTime.parse("2026-11-21T10:00:00+01:00[Europe/Berlin]"),
            LocalDate.of(2026, 11, 21),
            LocalTime.of(10, 0),
            Year.of(2026),
            Duration.ofMillis(1500),
            new byte[] {1, 2},
            Json.MAPPER.readTree("[1,{\"a\":null}]"),
            new Inner("a", new Inner("b", null)),
            List.of(new Inner("a", null)),
            Set.of("x"),
            Map.of("y", 1),
            Optional.empty(),
            null,
            new int[] {1},
            new Shape.Circle(2));
    byte[] json = checked.encode(everything);
    assertThat(checked.decode(checked.type(Talk.Everything.class), json).shape())
        .isEqualTo(new Shape.Circle(2));
  }

  @Test
  void generatedSchemasLetPassWhatIsAbsent() {
    Schemas generated = Schemas.generated(talk);
    for (String json : List.of("{\"text\":\"a\"}", "{\"text\":\"a\",\"mood\":null,\"more\":1}")) {
      assertThatCode(() -> generated.validate("said", Json.MAPPER.readTree(json)))
          .doesNotThrowAnyException();
    }
  }

  record Odd(@Size(min = 3) String name, @Email String mail) {}

  /**
   * Java counts an emoji twice and JSON Schema once; Jakarta takes an empty text for an address.
   */
  @Test
  void generatedSchemasAreNoStricterThanConstraints() {
    Protocol<Odd> odd = Protocol.of(Odd.class);
    Protocol<Odd> checked = Schemas.generated(odd).on(odd);
    Odd accepted = new Odd("\uD83D\uDE00\uD83D\uDE00", "");
    assertThat(checked.decode(checked.type(Odd.class), odd.encode(accepted))).isEqualTo(accepted);
  }

  @Test
  void generatedSchemasKnowTheRecordsOfNestedInterfaces() {
    record Drawing(Shape shape) {}
    Schemas generated = Schemas.generated(Protocol.of(Drawing.class));
    String key = "SchemasTest$Shape$Circle";
    String circle = "{\"shape\":{\"kind\":\"" + key + "\",\"radius\":%s}}";
    assertThatCode(() -> generated.validate("drawing", json(circle.formatted("1.5"))))
        .doesNotThrowAnyException();
    for (String bad : List.of(circle.formatted("true"), circle.replace("Circle", "Oval"))) {
      assertThatThrownBy(() -> generated.validate("drawing", json(bad.formatted("1"))))
          .isInstanceOfSatisfying(
              InvalidMessageException.class,
              invalid -> assertThat(invalid.path()).startsWith("data.shape"));
    }
  }

  private static JsonNode json(String text) {
    return Json.MAPPER.readTree(text);
  }
}
