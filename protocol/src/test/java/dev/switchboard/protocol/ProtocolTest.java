package dev.switchboard.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@Tag("A3")
@Tag("B4")
class ProtocolTest {
  sealed interface Game {
    record UserMoved(int x, int y) implements Game {}

    @TypeName("say")
    record Said(String text, @Nullable String to, Optional<String> mood) implements Game {}

    @Fleeting
    record Typing(boolean on) implements Game {}

    record Ask(int n) implements Game, Request<Answer> {}

    record Rich(
        List<Item> items,
        Map<String, Long> scores,
        UUID id,
        Instant at,
        Duration length,
        byte[] raw,
        JsonNode any,
        Color color,
        Shape shape)
        implements Game {}
  }

  record Answer(int n) {}

  record Item(String name, double price) {}

  enum Color {
    RED,
    GREEN
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
  sealed interface Shape {
    record Dot() implements Shape {}

    record Circle(double radius) implements Shape {}
  }

  private final Protocol<Game> protocol = Protocol.of(Game.class);

  private <T> T decode(Class<T> type, String json) {
    return protocol.decode(protocol.type(type), json.getBytes(UTF_8));
  }

  @Test
  void typesAreNamedByAnnotationOrInSnakeCase() {
    assertThat(protocol.types())
        .extracting(MessageType::name)
        .containsExactly("user_moved", "say", "typing", "ask", "rich");
    assertThat(protocol.type(Game.Typing.class).fleeting()).isTrue();
    assertThat(protocol.type(Game.Ask.class).replyClass()).isEqualTo(Answer.class);
    assertThat(protocol.type(Answer.class).name()).isEqualTo("answer");
    assertThat(protocol.find("answer")).as("a reply is not a message of the union").isNull();
  }

  @Test
  void everyKindOfComponentMakesTheRoundTrip() {
    Game.Rich rich =
        new Game.Rich(
            List.of(new Item("a", 1.5)),
            Map.of("ann", 3L),
            UUID.fromString("00000000-0000-4000-8000-000000000001"),
            Instant.parse("2026-01-02T03:04:05Z"),
            Duration.ofSeconds(90),
            new byte[] {1, 2, 3},
            new tools.jackson.databind.ObjectMapper().readTree("{\"a\":[1,null]}"),
            Color.GREEN,
            new Shape.Circle(2));
    Game.Rich back = decode(Game.Rich.class, new String(protocol.encode(rich), UTF_8));
    assertThat(back).usingRecursiveComparison().isEqualTo(rich);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                  | data.text  | required",
        "{\"text\":null}                     | data.text  | required",
        "{\"text\":5}                        | data.text  | type",
        "{\"text\":[\"a\"]}                  | data.text  | type",
        "[]                                  | data       | type",
        "null                                | data       | required",
      })
  void aBrokenMessageNamesPathAndRule(String json, String path, String rule) {
    assertThatThrownBy(() -> decode(Game.Said.class, json))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> {
              assertThat(invalid.path()).isEqualTo(path);
              assertThat(invalid.rule()).isEqualTo(rule);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"x\":1}",
        "{\"x\":1,\"y\":null}",
        "{\"x\":1,\"y\":\"2\"}",
        "{\"x\":1,\"y\":1.5}",
        "{\"x\":1,\"y\":true}",
        "{\"x\":1,\"y\":99999999999}"
      })
  void aNumberIsANumber(String json) {
    assertThatThrownBy(() -> decode(Game.UserMoved.class, json))
        .isInstanceOf(InvalidMessageException.class);
  }

  @Test
  void whatMayBeAbsentMayBeAbsentAndUnknownKeysAreIgnored() {
    assertThat(decode(Game.Said.class, "{\"text\":\"hi\",\"later\":1}"))
        .isEqualTo(new Game.Said("hi", null, Optional.empty()));
  }

  @Test
  void aNullInAListIsFound() {
    assertThatThrownBy(() ->
            decode(
                Game.Rich.class,
                "{\"items\":[{\"name\":\"a\",\"price\":1},null],\"scores\":{},\"id\":\"00000000-0000-4000-8000-000000000001\",\"at\":\"2026-01-02T03:04:05Z\","
                    + "\"length\":\"PT1S\",\"raw\":\"\",\"any\":1,\"color\":\"RED\",\"shape\":{\"@type\":\"Dot\"}}"))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> assertThat(invalid.path()).isEqualTo("data.items[1]"));
  }

  @Test
  void encodingRefusesANullThatMustNotBe() {
    assertThatThrownBy(() -> protocol.encode(new Game.Said(nothing(), null, Optional.empty())))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessageContaining("data.text");
  }

  @SuppressWarnings("NullAway") // the point of the test is what the compiler would not allow
  private static String nothing() {
    return null;
  }

  sealed interface Twice {
    @TypeName("a")
    record One() implements Twice {}

    @TypeName("a")
    record Two() implements Twice {}
  }

  sealed interface Reserved {
    record History() implements Reserved {}
  }

  sealed interface Malformed {
    @TypeName("Loud!")
    record Loud() implements Malformed {}
  }

  sealed interface Undecodable {
    record Upload(InputStream in) implements Undecodable {}
  }

  sealed interface Anything {
    record Box(List<Object> things) implements Anything {}
  }

  interface Open {}

  sealed interface RawRequest {
    @SuppressWarnings("rawtypes") // what is tested
    record Ask() implements RawRequest, Request {}
  }

  @Test
  void definitionErrorsNameTheClass() {
    refused(Twice.class, "Two", "\"a\"", "One");
    refused(Reserved.class, "History", "reserved");
    refused(Malformed.class, "Loud", "[a-z]");
    refused(Undecodable.class, "Upload.in", "InputStream");
    refused(Anything.class, "Box.things", "Object");
    refused(Open.class, "Open", "sealed");
    refused(RawRequest.class, "Ask", "Request");
  }

  private static void refused(Class<?> union, String... parts) {
    assertThatThrownBy(() -> Protocol.of(union))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContainingAll(parts);
  }
}
