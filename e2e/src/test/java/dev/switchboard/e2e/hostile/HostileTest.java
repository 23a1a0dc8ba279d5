package dev.switchboard.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.leaks.NoLeaks;
import dev.switchboard.protocol.format.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * What strangers may send, case by case over real sockets, to one running server. Each case says
 * what must come of it. After each, two bystanders still talk, the server is healthy, logs no
 * warning, and holds what it held before.
 */
@Tag("D4")
@ExtendWith(NoLeaks.class)
class HostileTest {
  private static final int LEAST = 250;

  private static Site site;

  @BeforeAll
  static void start() {
    site = new Site();
    site.watch().check();
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  private static final List<HostileCase> CASES =
      Stream.of(
              Tables.all(),
              TokenCases.all(),
              SessionCases.all(),
              CompressionCases.all(),
              ConnectionCases.all(),
              FloodCases.all())
          .flatMap(List::stream)
          .toList();

  static List<HostileCase> cases() {
    return CASES;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isRefusedAndHarmsNobody(HostileCase hostile) throws Exception {
    hostile.attack().on(site);
    site.watch().check();
  }

  @Test
  void thereAreEnoughOfEachArea() {
    Map<String, Long> areas =
        CASES.stream().collect(Collectors.groupingBy(HostileCase::area, Collectors.counting()));
    assertThat(CASES).hasSizeGreaterThanOrEqualTo(LEAST);
    assertThat(CASES.stream().map(HostileCase::toString)).doesNotHaveDuplicates();
    assertThat(areas).allSatisfy((area, count) -> assertThat(count).as(area).isGreaterThan(2));
  }

  /** Every control message has a row, whoever may send it. */
  @Test
  void noControlMessageIsLeftOut() throws IOException {
    String rows = Row.of("json.txt").stream().map(Row::sent).collect(Collectors.joining("\n"));
    JsonNode spec = Json.MAPPER.readTree(Files.readString(Path.of("../spec/protocol.json")));
    spec.get("reservedTypes")
        .forEach(control ->
            assertThat(rows).contains("\"type\":\"" + control.get("type").asString() + "\""));
  }
}
