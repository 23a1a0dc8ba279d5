package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.server.limits.NamePattern;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** How much of which log is kept, as the endpoint says. */
@Tag("D2")
@Tag("C5")
class RetentionTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualClock clock = new ManualClock();
  private final Server server =
      Server.builder()
          .port(0)
          .clock(clock)
          .endpoint(
              "/ws",
              Talk.endpoint()
                  .retention("news.*", new Retention(2, HOUR))
                  .retention("news.local", new Retention(9, HOUR))
                  .retention("small", new Retention(100, HOUR, 40))
                  .retention("brief", new Retention(100, Duration.ofSeconds(10)))
                  .retention("none", new Retention(0, HOUR))
                  .retention(new Retention(3, HOUR))
                  .inboxRetention(new Retention(1, HOUR)))
          .start();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theFirstPatternThatMatchesHoldsAndTheDefaultForTheRest() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      assertThat(keptOf(ann, "news.world", 5)).containsExactly(4, 5);
      assertThat(keptOf(ann, "news.local", 5)).containsExactly(4, 5);
      assertThat(keptOf(ann, "other", 5)).containsExactly(3, 4, 5);
      assertThat(keptOf(ann, "none", 5)).isEmpty();
    }
  }

  /** {@code {"message":"m1"}} is 16 bytes, so two fit into 40. */
  @Test
  void bytesBoundALog() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      assertThat(keptOf(ann, "small", 5)).containsExactly(4, 5);
    }
  }

  @Test
  void ageBoundsALogWhenSomethingIsPublished() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      join(ann, "brief");
      say(ann, "brief", 1);
      clock.advance(Duration.ofSeconds(11));
      assertThat(kept(ann, "\"room\":\"brief\"")).containsExactly(1);
      say(ann, "brief", 2);
      assertThat(kept(ann, "\"room\":\"brief\"")).containsExactly(2);
    }
  }

  @Test
  void inboxesHaveABoundOfTheirOwn() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      for (int i = 1; i <= 3; i++) {
        ann.ask(
            "{\"type\":\"chat\",\"user\":\"ann\",\"id\":%d,\"data\":{\"message\":\"m\"}}"
                .formatted(i));
      }
      assertThat(kept(ann, "\"user\":\"ann\"")).containsExactly(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a, a, true",
    "a, b, false",
    "*, anything, true",
    "*, '', true",
    "a*, a, true",
    "a*, ba, false",
    "*a, bba, true",
    "*a, ab, false",
    "a*c, abbc, true",
    "a*c, acb, false",
    "a*b*c, axbxbxc, true",
    "a*b*c, acb, false",
    "**, x, true",
    "news.*, news, false",
    "a.c, abc, false",
    "[a-z], b, false",
    "房*, 房间, true"
  })
  void aStarStandsForAnyCharacters(String pattern, String name, boolean matches) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
  }

  @Test
  void anEmptyPatternIsRefused() {
    assertThatThrownBy(() -> Talk.endpoint().retention("", Retention.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: a name");
  }

  private static List<Integer> keptOf(Wire wire, String room, int count) {
    join(wire, room);
    for (int i = 1; i <= count; i++) {
      say(wire, room, i);
    }
    return kept(wire, "\"room\":\"" + room + "\"");
  }

  private static void join(Wire wire, String room) {
    wire.ask("{\"type\":\"join_room\",\"room\":\"%s\",\"id\":1}".formatted(room));
  }

  private static void say(Wire wire, String room, int i) {
    JsonNode ack =
        wire.ask(
            "{\"type\":\"chat\",\"room\":\"%s\",\"id\":%d,\"data\":{\"message\":\"m%d\"}}"
                .formatted(room, i, i));
    assertThat(ack.get("seq").intValue()).isEqualTo(i);
  }

  private static List<Integer> kept(Wire wire, String address) {
    JsonNode page = wire.ask("{\"type\":\"history\",%s,\"id\":77,\"limit\":50}".formatted(address));
    List<Integer> seqs = new ArrayList<>();
    page.get("messages").forEach(message -> seqs.add(message.get("seq").intValue()));
    return seqs;
  }
}
