package dev.switchboard.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.FromServer;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.TypeName;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** docs/evolution.md, rule by rule. */
@Tag("D10")
class EvolutionTest {
  private static final String REFUSES =
      " (refuses what clients that run already send, or logs hold)";
  private static final String UNREADABLE = " (clients that run already can't read it)";

  private static List<String> breaks(Class<?> old, Class<?> now) {
    return Types.of(now).breaksSince(Types.of(old).jsonSchema());
  }

  private static void safe(Class<?> old, Class<?> now) {
    assertThat(breaks(old, now)).isEmpty();
  }

  /** One direction refuses, so the other can't be read. */
  private static void breaksBothWays(Class<?> old, Class<?> now, String narrower, String wider) {
    assertThat(breaks(old, now)).containsExactly(narrower + REFUSES);
    assertThat(breaks(now, old)).containsExactly(wider + UNREADABLE);
  }

  @TypeName("note")
  record Note(String text) {}

  @Test
  void nothingChanged() {
    safe(Note.class, Note.class);
    safe(Shop.class, Shop.class);
  }

  @Test
  void aComponentThatMayBeAbsentComesAndGoes() {
    @TypeName("note")
    record More(String text, @Nullable String mood, Optional<Integer> more) {}
    safe(Note.class, More.class);
    safe(More.class, Note.class);
  }

  @Test
  void aComponentThatMustBePresentDoesNot() {
    @TypeName("note")
    record More(String text, String mood) {}
    breaksBothWays(
        Note.class,
        More.class,
        "note.mood: was added and must be present",
        "note.mood: was removed");
  }

  @Test
  void aComponentIsRenamedByRemovingAndAddingIt() {
    @TypeName("note")
    record Renamed(String words) {}
    assertThat(breaks(Note.class, Renamed.class))
        .containsExactly(
            "note.text: was removed" + UNREADABLE,
            "note.words: was added and must be present" + REFUSES);
  }

  @Test
  void presenceIsNotGivenUpOrAsked() {
    @TypeName("note")
    record Maybe(@Nullable String text) {}
    breaksBothWays(
        Maybe.class, Note.class, "note.text: must be present now", "note.text: may be absent now");
  }

  @Test
  void limitsStay() {
    @TypeName("note")
    record Tight(@NotBlank @Size(max = 9) String text) {}
    assertThat(breaks(Note.class, Tight.class))
        .containsExactly(
            "note.text: minLength was any and is 1" + REFUSES,
            "note.text: maxLength was any and is 9" + REFUSES,
            "note.text: pattern " + ConstraintReader.NOT_BLANK + " was added" + REFUSES);
    assertThat(breaks(Tight.class, Note.class))
        .hasSize(3)
        .allMatch(one -> one.endsWith(UNREADABLE));
    @TypeName("note")
    record Other(@Pattern(regexp = "[a-z]*") String text) {}
    assertThat(breaks(Note.class, Other.class)).hasSize(1);
  }

  @Test
  void numbersKeepTheirRange() {
    @TypeName("count")
    record Small(@Min(1) @Max(9) int n) {}
    @TypeName("count")
    record Large(@Min(1) @Max(10) int n) {}
    @TypeName("count")
    record Wide(@Min(1) @Max(9) long n) {}
    @TypeName("count")
    record Real(@Min(1) @Max(9) double n) {}
    breaksBothWays(
        Large.class,
        Small.class,
        "count.n: maximum was 10 and is 9",
        "count.n: maximum was 9 and is 10");
    safe(Small.class, Wide.class);
    breaksBothWays(
        Real.class,
        Small.class,
        "count.n: was number and is integer",
        "count.n: was integer and is number");
  }

  enum Two {
    A,
    B
  }

  static final class Later {
    enum Two {
      A,
      B,
      C
    }
  }

  @Test
  void constantsStayAndNoneIsAdded() {
    @TypeName("mood")
    record Old(Two mood, List<Optional<Two>> many) {}
    @TypeName("mood")
    record New(Later.Two mood, List<Optional<Later.Two>> many) {}
    breaksBothWays(New.class, Old.class, "mood.mood: C was removed", "mood.mood: C was added");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  sealed interface Part {
    record Text(String text) implements Part {}
  }

  static final class Next {
    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
    sealed interface Piece {
      record Text(String text, int size) implements Piece {}

      record Image(String url) implements Piece {}
    }
  }

  @Test
  void recordsOfANestedInterfaceAreComparedOneByOne() {
    @TypeName("page")
    record Old(Map<String, Part> parts) {}
    @TypeName("page")
    record New(Map<String, Next.Piece> parts) {}
    assertThat(breaks(Old.class, New.class))
        .containsExactly(
            "page.parts{}: kind: Image was added" + UNREADABLE,
            "page.parts{}(kind: Text).size: was added and must be present" + REFUSES);
  }

  @Test
  void anotherTypeIsAnotherType() {
    @TypeName("at")
    record Old(Instant at) {}
    @TypeName("at")
    record New(Duration at) {}
    @TypeName("at")
    record Plain(String at) {}
    @TypeName("at")
    record Any(JsonNode at) {}
    @TypeName("at")
    record Many(List<Instant> at) {}
    String change = "at.at: was string (Instant) and is ";
    assertThat(breaks(Old.class, New.class))
        .containsExactly(
            change + "string (Duration)" + REFUSES, change + "string (Duration)" + UNREADABLE);
    assertThat(breaks(Old.class, Many.class)).hasSize(2);
    assertThat(breaks(Old.class, Plain.class)).containsExactly(change + "string" + UNREADABLE);
    assertThat(breaks(Old.class, Any.class)).containsExactly(change + "any JSON" + UNREADABLE);
    assertThat(breaks(Any.class, Old.class)).hasSize(1).first().asString().endsWith(REFUSES);
  }

  record Answer(Two mood) {}

  static final class Now {
    record Answer(Later.Two mood, int more) {}
  }

  sealed interface Asked {
    record Ask(String text) implements Asked, Request<Answer> {}
  }

  sealed interface AskedNow {
    record Ask(@Nullable String text) implements AskedNow, Request<Now.Answer> {}
  }

  /** Who sends a type decides what breaks. */
  @Test
  void whatOnlyOneSideSendsMayChangeForTheOther() {
    assertThat(breaks(Asked.class, AskedNow.class))
        .containsExactly("answer.mood: C was added" + UNREADABLE);
    assertThat(breaks(AskedNow.class, Asked.class))
        .containsExactly(
            "ask.text: must be present now" + REFUSES, "answer.more: was removed" + UNREADABLE);
  }

  @Test
  void aFleetingTypeOfTheServerMayBecomeNarrower() {
    @TypeName("tick")
    @Fleeting
    @FromServer
    record Old(Two mood) {}
    @TypeName("tick")
    @Fleeting
    @FromServer
    record New(Later.Two mood, int more) {}
    assertThat(breaks(Old.class, New.class)).containsExactly("tick.mood: C was added" + UNREADABLE);
    assertThat(breaks(New.class, Old.class)).containsExactly("tick.more: was removed" + UNREADABLE);
  }

  sealed interface OneType {
    record One(int a) implements OneType {}
  }

  sealed interface TwoTypes {
    record One(int a) implements TwoTypes {}

    record Two(int a) implements TwoTypes {}
  }

  @Test
  void aTypeIsAddedButNotRemoved() {
    safe(OneType.class, TwoTypes.class);
    assertThat(breaks(TwoTypes.class, OneType.class))
        .containsExactly("two: was removed (clients may send it, and logs may hold it)");
  }

  sealed interface NoteAsked {
    record Note(String text) implements NoteAsked, Request<Answer> {}
  }

  @Test
  void aTypeIsUsedAsBefore() {
    @TypeName("note")
    @Fleeting
    record Quick(String text) {}
    @TypeName("note")
    @FromServer
    record Told(String text) {}
    assertThat(breaks(Note.class, Quick.class))
        .containsExactly("note: was a message and is a fleeting (clients use it as a message)");
    assertThat(breaks(Note.class, Told.class))
        .containsExactly("note: is from the server only (clients may send it)");
    safe(Told.class, Note.class);
    assertThat(breaks(Note.class, NoteAsked.class))
        .contains("note: the reply was none and is answer (clients wait for that)");
  }

  @Test
  void whatIsNoGeneratedSchemaIsRefused() {
    for (String bad : List.of("{", "{}", "[]", "")) {
      assertThatThrownBy(() -> Types.of(Note.class).breaksSince(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("(expected: a generated JSON Schema)");
    }
  }
}
