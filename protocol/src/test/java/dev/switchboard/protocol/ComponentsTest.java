package dev.switchboard.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.switchboard.protocol.format.CborBytes;
import dev.switchboard.protocol.wire.BinaryPlaces;
import dev.switchboard.protocol.wire.CborFromJson;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What each type of component takes: the table of docs/validation.md, in JSON and in CBOR. */
@Tag("B4")
class ComponentsTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  enum Color {
    RED,
    GREEN
  }

  /** With whatever Jackson could be tempted to use in place of the canonical constructor. */
  record Named(String name) {
    Named(int number) {
      this("int " + number);
    }

    Named(long number) {
      this("long " + number);
    }

    Named(double number) {
      this("double " + number);
    }

    Named(boolean flag) {
      this("boolean " + flag);
    }

    Named(List<String> list) {
      this("list " + list);
    }

    Named(Map<String, String> map) {
      this("map " + map);
    }

    Named() {
      this("nothing");
    }

    static Named valueOf(String text) {
      return new Named("text " + text);
    }
  }

  sealed interface Kinds {
    record OfBoolean(boolean v) implements Kinds {}

    record OfByte(byte v) implements Kinds {}

    record OfShort(short v) implements Kinds {}

    record OfInt(int v) implements Kinds {}

    record OfLong(long v) implements Kinds {}

    record OfFloat(float v) implements Kinds {}

    record OfDouble(double v) implements Kinds {}

    record OfBigInteger(BigInteger v) implements Kinds {}

    record OfBigDecimal(BigDecimal v) implements Kinds {}

    record OfChar(char v) implements Kinds {}

    record OfString(String v) implements Kinds {}

    record OfUuid(UUID v) implements Kinds {}

    record OfUri(URI v) implements Kinds {}

    record OfEnum(Color v) implements Kinds {}

    record OfInstant(Instant v) implements Kinds {}

    record OfDate(LocalDate v) implements Kinds {}

    record OfTime(LocalTime v) implements Kinds {}

    record OfDateTime(LocalDateTime v) implements Kinds {}

    record OfOffset(OffsetDateTime v) implements Kinds {}

    record OfYear(Year v) implements Kinds {}

    record OfDuration(Duration v) implements Kinds {}

    record OfPeriod(Period v) implements Kinds {}

    record OfBytes(byte[] v) implements Kinds {}

    record OfChars(char[] v) implements Kinds {}

    record OfInts(int[] v) implements Kinds {}

    record OfDoubles(double[] v) implements Kinds {}

    record OfList(List<String> v) implements Kinds {}

    record OfMap(Map<String, Integer> v) implements Kinds {}

    record OfRecord(Named v) implements Kinds {}

    record OfJson(JsonNode v) implements Kinds {}
  }

  private static final Protocol<Kinds> PROTOCOL = Protocol.of(Kinds.class);
  private static final BinaryPlaces.OfTypes PLACES = BinaryPlaces.of(PROTOCOL);

  private static MessageType<?> typeOf(String component) {
    Matcher name = CODE.matcher(component);
    String wanted =
        component.startsWith("an enum")
            ? "Color"
            : component.startsWith("a record") ? "Named" : name.find() ? name.group(1) : "";
    return PROTOCOL.types().stream()
        .filter(type -> simple(type).equals(wanted))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no component is a " + component));
  }

  private static String simple(MessageType<?> type) {
    return type.recordClass()
        .getRecordComponents()[0]
        .getGenericType()
        .getTypeName()
        .replaceAll("[a-z.]*\\.|.*\\$", "");
  }

  static Stream<Arguments> rows() throws IOException {
    Path docs = Path.of("../docs/validation.md");
    List<Arguments> rows = new ArrayList<>();
    String text = Files.readString(docs);
    String table = text.substring(text.indexOf("## What each component takes"));
    for (String line : table.lines().skip(1).takeWhile(one -> !one.startsWith("#")).toList()) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 6 && !cells[1].contains("---") && !cells[1].contains(" component ")) {
        rows.add(Arguments.of(cells[1].strip(), values(cells[3]), values(cells[4])));
      }
    }
    return rows.stream();
  }

  private static List<String> values(String cell) {
    return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  /** The value of the one component, in each encoding that can say it. */
  private static List<Payload> payloads(MessageType<?> type, String value, boolean good) {
    if (value.startsWith("h'")) {
      byte[] bytes = HexFormat.of().parseHex(value.substring(2, value.length() - 1));
      CborBytes out = new CborBytes(32);
      out.head(CborBytes.MAP, 1);
      out.text("v");
      out.bytes(bytes, 0, bytes.length);
      return List.of(Payload.cbor(out.toArray()));
    }
    byte[] json = ("{\"v\":" + value + "}").getBytes(UTF_8);
    return List.of(
        Payload.of(json),
        Payload.cbor(CborFromJson.turn(json, good ? PLACES.of(type.name()) : BinaryPlaces.NONE)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachTakesWhatTheTableSays(String component, List<String> good, List<String> bad) {
    MessageType<?> type = typeOf(component);
    assertThat(good).isNotEmpty();
    for (String value : good) {
      for (Payload payload : payloads(type, value, true)) {
        Object message = PROTOCOL.decode(type, payload);
        Object back = PROTOCOL.decode(type, PROTOCOL.encode(message));
        assertThat(back)
            .as("%s in %s", value, payload.binary() ? "CBOR" : "JSON")
            .usingRecursiveComparison()
            .isEqualTo(message);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachRefusesWhatTheTableSays(String component, List<String> good, List<String> bad) {
    MessageType<?> type = typeOf(component);
    for (String value : bad) {
      for (Payload payload : payloads(type, value, false)) {
        assertThatThrownBy(() -> PROTOCOL.decode(type, payload))
            .as("%s for %s in %s", value, component, payload.binary() ? "CBOR" : "JSON")
            .isInstanceOfSatisfying(
                InvalidMessageException.class,
                invalid -> assertThat(invalid.path()).startsWith("data.v"));
      }
    }
  }

  @Test
  void theTableSpeaksOfEveryKindOfComponent() throws IOException {
    assertThat(rows().map(row -> typeOf(String.valueOf(row.get()[0])).name()))
        .containsExactlyElementsOf(PROTOCOL.types().stream().map(MessageType::name).toList());
  }

  @Test
  void anUnknownConstantIsShownWithThoseThatThereAre() {
    assertThatThrownBy(() ->
            PROTOCOL.decode(PROTOCOL.type(Kinds.OfEnum.class), "{\"v\":\"PINK\"}".getBytes(UTF_8)))
        .hasMessage("data.v: \"PINK\" (expected: one of RED, GREEN)");
    assertThatThrownBy(
            () -> PROTOCOL.decode(PROTOCOL.type(Kinds.OfEnum.class), "{\"v\":0}".getBytes(UTF_8)))
        .hasMessage("data.v: wrong type (expected: one of RED, GREEN)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"x\"", "5", "true", "1.5", "[]", "[\"x\"]", "\"\"", "{}"})
  void dataIsAnObjectForTheCanonicalConstructorOnly(String data) {
    Protocol<Named> named = Protocol.of(Named.class);
    for (Payload payload :
        List.of(
            Payload.of(data.getBytes(UTF_8)),
            Payload.cbor(CborFromJson.turn(data.getBytes(UTF_8), BinaryPlaces.NONE)))) {
      assertThatThrownBy(() -> named.decode(named.type(Named.class), payload))
          .isInstanceOf(InvalidMessageException.class);
    }
    assertThat(named.decode(named.type(Named.class), "{\"name\":\"n\"}".getBytes(UTF_8)))
        .isEqualTo(new Named("n"));
  }

  @Test
  void aNumberThatNobodyCouldReadIsNotWritten() {
    assertThatThrownBy(() -> PROTOCOL.encode(new Kinds.OfDouble(Double.NaN)))
        .isInstanceOfSatisfying(
            InvalidMessageException.class,
            invalid -> assertThat(invalid.path()).isEqualTo("data.v"));
    assertThatThrownBy(() -> PROTOCOL.encode(new Kinds.OfFloat(Float.POSITIVE_INFINITY)))
        .isInstanceOf(InvalidMessageException.class);
    assertThatThrownBy(() -> PROTOCOL.encode(new Kinds.OfDoubles(new double[] {Double.NaN})))
        .isInstanceOf(InvalidMessageException.class);
  }

  record ByFactory(String name) {
    @JsonCreator
    static ByFactory of(String other) {
      return new ByFactory(other);
    }
  }

  record AsText(@JsonValue String name) {}

  record Holding(Optional<AsText> held) {}

  enum Numbered {
    ONE;

    @JsonValue
    int number() {
      return 1;
    }
  }

  record WithNumbered(List<Numbered> all) {}

  record Canonically(String name) {
    @JsonCreator
    Canonically {}
  }

  @Test
  void whatWouldNotBeAnObjectOrTextIsRefusedWhenItIsDefined() {
    for (Class<?> bad : List.of(ByFactory.class, AsText.class, Holding.class, WithNumbered.class)) {
      assertThatThrownBy(() -> Protocol.of(bad))
          .as(bad.getSimpleName())
          .isInstanceOf(DefinitionException.class)
          .hasMessageContaining("(expected: ");
    }
    assertThatCode(() -> Protocol.of(Canonically.class)).doesNotThrowAnyException();
  }
}
