package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Recovery and pages, over the wire. */
@Tag("D2")
@Tag("C5")
class HistoryTest {
  private final ManualClock clock = new ManualClock();
  private final Server server =
      Server.builder()
          .port(0)
          .clock(clock)
          .endpoint("/ws", Talk.endpoint().retention(new Retention(500, Duration.ofHours(1))))
          .start();

  @AfterEach
  void stop() {
    server.close();
  }

  private void say(Wire wire, int from, int to) {
    for (int i = from; i <= to; i++) {
      JsonNode ack =
          wire.ask(
              "{\"type\":\"chat\",\"room\":\"r\",\"id\":%d,\"echo\":false,\"data\":{\"message\":\"m%d\"}}"
                  .formatted(i, i));
      assertThat(ack.get("seq").intValue()).isEqualTo(i);
    }
  }

  private static void hears(Wire wire, int from, int to) {
    for (int i = from; i <= to; i++) {
      JsonNode entry = wire.next("chat");
      assertThat(entry.get("seq").intValue()).isEqualTo(i);
      assertThat(entry.get("data").get("message").stringValue()).isEqualTo("m" + i);
    }
  }

  @Test
  void joiningWithAPlaceGivesEverythingAfterItThenWhatIsLive() {
    try (Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      String epoch =
          ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}").get("epoch").stringValue();
      say(ann, 1, 250);
      JsonNode joined =
          bob.ask(
              "{\"type\":\"join_room\",\"room\":\"r\",\"id\":1,\"since\":{\"epoch\":\"%s\",\"seq\":20}}"
                  .formatted(epoch));
      assertThat(joined.get("recovered").booleanValue()).isTrue();
      assertThat(joined.get("seq").intValue()).isEqualTo(250);
      say(ann, 251, 260);
      hears(bob, 21, 260);
      bob.hearsNothing();
    }
  }

  @Test
  void aGapThatCannotBeFilledIsSaid() {
    try (Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      say(ann, 1, 510);
      assertThat(
              bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1,\"since\":{\"seq\":5}}")
                  .get("recovered")
                  .booleanValue())
          .isFalse();
      bob.hearsNothing();
      assertThat(
              bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":2,\"since\":{\"seq\":10}}")
                  .get("recovered")
                  .booleanValue())
          .isTrue();
      hears(bob, 11, 510);
      JsonNode other =
          bob.ask(
              "{\"type\":\"join_room\",\"room\":\"r\",\"id\":3,\"since\":{\"epoch\":\"other\",\"seq\":509}}");
      assertThat(other.get("recovered").booleanValue()).isFalse();
      JsonNode future =
          bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":4,\"since\":{\"seq\":511}}");
      assertThat(future.get("recovered").booleanValue()).isFalse();
      say(ann, 511, 511);
      hears(bob, 511, 511);
    }
  }

  @Test
  void pagesGoBothWaysWithoutAHole() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      say(ann, 1, 25);
      JsonNode newest = ann.ask("{\"type\":\"history\",\"room\":\"r\",\"limit\":10,\"id\":90}");
      assertThat(seqs(newest)).containsExactly(16, 17, 18, 19, 20, 21, 22, 23, 24, 25);
      assertThat(newest.get("more").booleanValue()).isTrue();
      JsonNode first =
          ann.ask("{\"type\":\"history\",\"room\":\"r\",\"before\":6,\"limit\":10,\"id\":91}");
      assertThat(seqs(first)).containsExactly(1, 2, 3, 4, 5);
      assertThat(first.get("more").booleanValue()).isFalse();
      JsonNode after =
          ann.ask("{\"type\":\"history\",\"room\":\"r\",\"after\":20,\"limit\":3,\"id\":92}");
      assertThat(seqs(after)).containsExactly(21, 22, 23);
      assertThat(after.get("more").booleanValue()).isTrue();
      assertThat(after.get("seq").intValue()).isEqualTo(25);
    }
  }

  @Test
  void historyIsForThoseWhoMayReadTheLog() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      assertThat(
              ann.ask("{\"type\":\"history\",\"room\":\"r\",\"id\":1}").get("code").stringValue())
          .isEqualTo("not_a_member");
      assertThat(
              ann.ask("{\"type\":\"history\",\"user\":\"bob\",\"id\":2}").get("code").stringValue())
          .isEqualTo("forbidden");
      assertThat(ann.ask("{\"type\":\"history\",\"user\":\"ann\",\"id\":3}").get("messages"))
          .isEmpty();
      assertThat(ann.ask("{\"type\":\"history\",\"everyone\":true,\"id\":4}").get("messages"))
          .isEmpty();
      assertThat(
              ann.ask("{\"type\":\"history\",\"room\":\"r\",\"limit\":0,\"id\":5}")
                  .get("code")
                  .stringValue())
          .isEqualTo("bad_message");
    }
  }

  private static java.util.List<Integer> seqs(JsonNode page) {
    return page.get("messages").valueStream().map(entry -> entry.get("seq").intValue()).toList();
  }

  @Test
  void aMessageIdThatSomeStoreCouldNotKeepIsRefusedByAll() {
    Endpoint<Talk> endpoint = Talk.endpoint();
    try (Server other = Server.builder().port(0).endpoint("/ws", endpoint).start();
        Wire ann = Wire.welcomed(other.port(), "ann")) {
      String said =
          "{\"type\":\"chat\",\"user\":\"ann\",\"id\":1,\"messageId\":\"%s\",\"data\":{\"message\":\"m\"}}";
      for (String escaped : List.of("a\\u0000", "\\ud800", "a".repeat(65))) {
        assertThat(ann.ask(said.formatted(escaped)).get("code").stringValue())
            .as(escaped)
            .isEqualTo("bad_message");
      }
      assertThat(ann.ask(said.formatted("a".repeat(64))).get("seq").intValue()).isEqualTo(1);
      for (String id : List.of("", "a\0", "\ud800", "a".repeat(65))) {
        assertThatThrownBy(() -> endpoint.user("ann").publishAsync(new Talk.Said("m"), id))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("messageId: ");
      }
    }
  }
}
