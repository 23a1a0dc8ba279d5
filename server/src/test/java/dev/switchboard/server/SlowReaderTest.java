package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.Retention;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A member that stops reading costs a bounded amount of memory, delays nobody, and gets the rest
 * from the log when it reads again.
 */
@Tag("B10")
class SlowReaderTest {
  private static final int MESSAGES = 3_000;
  private static final String PADDING = "x".repeat(8_000);

  private static Endpoint<Talk> endpoint(int kept) {
    return Talk.endpoint()
        .maxPendingBytes(256 << 10)
        .retention(new Retention(kept, Duration.ofHours(1)));
  }

  private static void publish(Endpoint<Talk> endpoint) {
    for (int i = 1; i <= MESSAGES; i++) {
      assertThat(endpoint.room("r").publish(new Talk.Said(PADDING + i))).isEqualTo(i);
    }
  }

  @Test
  void itGetsEverythingInTheEnd() throws IOException {
    Endpoint<Talk> endpoint = endpoint(MESSAGES);
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
        Wire ann = Wire.welcomed(server.port(), "ann");
        Lazy lazy = new Lazy(server.port())) {
      lazy.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      lazy.next("room_joined");
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      publish(endpoint);
      for (int i = 1; i <= MESSAGES; i++) {
        assertThat(ann.next("chat").get("seq").intValue())
            .as("the others are not delayed")
            .isEqualTo(i);
      }
      for (int i = 1; i <= MESSAGES; i++) {
        JsonNode entry = lazy.next("chat");
        assertThat(entry.get("seq").intValue()).isEqualTo(i);
        assertThat(entry.get("data").get("message").stringValue()).isEqualTo(PADDING + i);
      }
      assertThat(endpoint.room("r").publish(new Talk.Said("live again"))).isEqualTo(MESSAGES + 1);
      assertThat(lazy.next("chat").get("data").get("message").stringValue())
          .isEqualTo("live again");
    }
  }

  @Test
  void whatIsNoLongerKeptEndsItWith4008AndNotWithAHole() throws IOException {
    Endpoint<Talk> endpoint = endpoint(10);
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
        Lazy lazy = new Lazy(server.port())) {
      lazy.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      lazy.next("room_joined");
      publish(endpoint);
      int expected = 1;
      for (JsonNode entry = lazy.nextOrClose(); entry != null; entry = lazy.nextOrClose()) {
        if (entry.get("type").stringValue().equals("chat")) {
          assertThat(entry.get("seq").intValue()).isEqualTo(expected++);
        }
      }
      assertThat(lazy.closeCode()).isEqualTo(4008);
      assertThat(expected).isLessThan(MESSAGES);
    }
  }

  @Test
  void aLogThatKeepsNothingStillDeliversToThoseWhoRead() {
    Endpoint<Talk> endpoint = endpoint(0);
    try (Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
        Wire ann = Wire.welcomed(server.port(), "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      for (int i = 1; i <= 100; i++) {
        endpoint.room("r").publish(new Talk.Said("m" + i));
      }
      for (int i = 1; i <= 100; i++) {
        assertThat(ann.next("chat").get("seq").intValue()).isEqualTo(i);
      }
      assertThat(
              List.of(
                  ann.ask("{\"type\":\"history\",\"room\":\"r\",\"id\":2}").get("messages").size()))
          .containsExactly(0);
    }
  }
}
