package dev.switchboard.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import jakarta.validation.constraints.NotBlank;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

@Tag("A14")
@Tag("B4")
class ValidatorTest {
  sealed interface Talk {
    record Said(String text) implements Talk {}

    record Asked(String question) implements Talk, Request<Answered> {}
  }

  record Answered(String text) {}

  record Other(String text) {}

  private static final Validator<Talk.Said> QUIET =
      said -> {
        if (said.text().endsWith("!")) {
          throw InvalidMessageException.of("data.text", "quiet", said.text(), "no shouting");
        }
      };

  private final Protocol<Talk> talk = Protocol.of(Talk.class);

  @Test
  void anInvalidMessageIsRefusedWithWhereWhyAndTheMessage() {
    Talk.Said loud = new Talk.Said("hey!");
    assertThatThrownBy(() -> talk.with(Talk.Said.class, QUIET).encode(loud))
        .hasMessage("data.text: \"hey!\" (expected: no shouting)")
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> {
              assertThat(invalid.path()).isEqualTo("data.text");
              assertThat(invalid.rule()).isEqualTo("quiet");
              assertThat(invalid.unsent()).containsSame(loud);
            });
  }

  @Test
  void aMissingComponentGivesTheUnsentMessageBackAsWell() {
    @SuppressWarnings("NullAway") // what callers without NullAway do
    Talk.Said nothing = new Talk.Said(null);
    assertThatThrownBy(() -> talk.encode(nothing))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> assertThat(invalid.unsent()).containsSame(nothing));
  }

  @Test
  void whatCameInIsCheckedAfterItsShape() {
    Protocol<Talk> quiet = talk.with(Talk.Said.class, QUIET);
    assertThatThrownBy(() -> said(quiet, "{\"text\":\"hey!\"}"))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> {
              assertThat(invalid.rule()).isEqualTo("quiet");
              assertThat(invalid.unsent()).isEmpty();
            });
    assertThatThrownBy(() -> said(quiet, "{}")).hasMessageContaining("missing");
    assertThat(said(quiet, "{\"text\":\"hey\"}").text()).isEqualTo("hey");
  }

  @Test
  void aProtocolWithAValidatorLeavesTheOneWithoutAsItWas() {
    talk.with(Talk.Said.class, QUIET);
    assertThatCode(() -> talk.encode(new Talk.Said("hey!"))).doesNotThrowAnyException();
  }

  @Test
  void aValidatorOfTheUnionSeesItsMessagesAndOneOfAReplyThatOne() {
    List<Object> seen = new ArrayList<>();
    Protocol<Talk> watched =
        talk.with(Talk.class, seen::add).with(Answered.class, answered -> seen.add("answer"));
    watched.encode(new Talk.Said("a"));
    watched.encode(new Talk.Asked("b"));
    watched.encode(new Answered("c"));
    assertThat(seen).containsExactly(new Talk.Said("a"), new Talk.Asked("b"), "answer");
  }

  @Test
  void theFirstRuleThatIsBrokenIsTold() {
    Protocol<Talk> strict =
        talk.with(Talk.Said.class, QUIET)
            .with(Talk.Said.class, said -> fail("second"))
            .with(Talk.Said.class, said -> fail("third"));
    assertThatThrownBy(() -> strict.encode(new Talk.Said("hey!"))).hasMessageContaining("shouting");
    assertThatThrownBy(() -> strict.encode(new Talk.Said("hey")))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> assertThat(invalid.rule()).isEqualTo("constraint"))
        .hasMessage("data: second");
  }

  @Test
  void aValidatorOfDataSeesWhatTheRecordDoesNotKnow() {
    List<String> seen = new ArrayList<>();
    Protocol<Talk> watched = talk.withData(Talk.Said.class, data -> seen.add(data.toString()));
    said(watched, "{\"text\":\"hey\",\"extra\":1.5}");
    watched.encode(new Talk.Said("out"));
    assertThat(seen).containsExactly("{\"text\":\"hey\",\"extra\":1.5}", "{\"text\":\"out\"}");
  }

  @Test
  void aClassThatIsNoMessageIsRefused() {
    assertThatThrownBy(() -> talk.with(Other.class, other -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Other");
  }

  @Test
  void whatAServerCouldNotSendIsNotBlamedOnItsClient() {
    InvalidMessageException incoming =
        InvalidMessageException.of("data.text", "quiet", "hey!", "no shouting");
    assertThat(Refusal.of(Id.of(1), incoming).code()).isEqualTo(ErrorCode.INVALID);
    assertThat(Refusal.of(Id.of(1), incoming).details())
        .containsEntry("path", "data.text")
        .containsEntry("rule", "quiet");
    assertThat(Refusal.of(Id.of(1), incoming.unsent("mine")).code()).isEqualTo(ErrorCode.INTERNAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data.password",
        "data.user.newPassword",
        "data.access_token",
        "data.keys[2].apiKey",
        "data.pin",
        "data.clientSecret.value",
        "data.Authorization"
      })
  void aSecretIsNeverShown(String path) {
    assertThat(InvalidMessageException.of(path, "size", "hunter2", "8 or more"))
        .hasMessage(path + ": a value that is not shown (expected: 8 or more)");
  }

  @ParameterizedTest
  @CsvSource({"data.pinned", "data.text", "data.items[0].spinner"})
  void whatOnlySoundsLikeASecretIsShown(String path) {
    assertThat(InvalidMessageException.of(path, "size", "abc", "8 or more").getMessage())
        .contains("\"abc\"");
  }

  @Test
  void aLongValueIsCutBetweenCharactersAndAnythingWithPartsIsOnlyNamed() {
    assertThat(shown("x".repeat(1000))).isEqualTo("\"" + "x".repeat(40) + "…\"");
    assertThat(shown("x".repeat(39) + "😀😀")).isEqualTo("\"" + "x".repeat(39) + "…\"");
    assertThat(shown(12345)).isEqualTo("12345");
    assertThat(shown(null)).isEqualTo("null");
    assertThat(shown(new Answered("inner"))).isEqualTo("an object");
    assertThat(shown(JsonNodeFactory.instance.objectNode().put("password", "x")))
        .isEqualTo("an object");
  }

  @Test
  void constraintsThatNobodyWouldCheckAreRefused() {
    record Named(@NotBlank String name) {}
    record Holding(List<@NotBlank String> names) {}
    record Outer(Named inner) {}
    assertThatThrownBy(() -> Protocol.of(Named.class))
        .isInstanceOf(DefinitionException.class)
        .hasMessageEndingWith(
            "Named.name: @NotBlank would not be checked (expected: switchboard-validation on the class path)");
    assertThatThrownBy(() -> Protocol.of(Holding.class)).hasMessageContaining("Holding.names");
    assertThatThrownBy(() -> Protocol.of(Outer.class)).hasMessageContaining("Named.name");
  }

  private static void fail(String why) {
    throw new IllegalArgumentException(why);
  }

  private static String shown(@org.jspecify.annotations.Nullable Object value) {
    String message = InvalidMessageException.of("data.x", "r", value, "e").getMessage();
    return String.valueOf(message).replaceFirst("data.x: (.*) \\(expected: e\\)", "$1");
  }

  private static Talk.Said said(Protocol<Talk> protocol, String json) {
    return protocol.decode(protocol.type(Talk.Said.class), json.getBytes(UTF_8));
  }
}
