package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.limits.Time;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Somebody sets the clock; no interval may notice. */
@Tag("D3")
class ClockTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualClock wall = new ManualClock();
  private final ManualClock elapsed = new ManualClock();
  private final Endpoint<Talk> endpoint = Talk.endpoint().rate(5, Duration.ofSeconds(1));
  private final Server server =
      Server.builder()
          .port(0)
          .time(new Time(wall, elapsed::millis))
          .endpoint("/ws", endpoint)
          .start();

  @AfterEach
  void stop() {
    server.close();
  }

  private static JsonNode question(Wire wire, int id) {
    return wire.ask("{\"type\":\"ask\",\"id\":%d,\"data\":{\"n\":1}}".formatted(id));
  }

  @Test
  void aRateGoesOnWhenTheClockIsSetBack() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      question(ann, 1);
      wall.advance(HOUR.negated());
      for (int i = 2; i <= 5; i++) {
        assertThat(question(ann, i).get("type").stringValue()).isEqualTo("answer");
      }
      assertThat(question(ann, 6).at("/details/retryAfter").asInt()).isEqualTo(200);
      elapsed.advance(Duration.ofMillis(200));
      assertThat(question(ann, 7).get("type").stringValue()).isEqualTo("answer");
    }
  }

  @Test
  void graceAndSessionsEndWhenTheClockIsSetBackAndNotBeforeWhenItIsSetAhead() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      Wire ann = Wire.welcomed(server.port(), "ann");
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      bob.next("user_joined");
      ann.lose();
      await().untilAsserted(() -> assertThat(endpoint.hub().sizes()).containsEntry("waiting", 1));
      wall.advance(HOUR);
      elapsed.advance(Duration.ofSeconds(4));
      bob.hearsNothing();
      wall.advance(HOUR.multipliedBy(-2));
      elapsed.advance(Duration.ofSeconds(1));
      assertThat(bob.next("user_left").get("user").stringValue()).isEqualTo("ann");
      elapsed.advance(Duration.ofSeconds(115));
      await().untilAsserted(() -> assertThat(endpoint.hub().sizes()).containsEntry("waiting", 0));
    }
  }

  @Test
  void entriesHaveTheTimeOfTheClockAsItIsSet() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      wall.advance(HOUR.negated());
      ann.say("{\"type\":\"chat\",\"room\":\"r\",\"data\":{\"message\":\"m\"}}");
      Instant taken = Instant.ofEpochMilli(ann.next("chat").get("timestamp").longValue());
      assertThat(taken).isEqualTo(wall.instant());
    }
  }
}
