package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who is online, asked and watched, with time stepped. */
@Tag("D3")
class UserStatusTest {
  private final ManualClock clock = new ManualClock();
  private final Endpoint<Talk> endpoint =
      Talk.endpoint()
          .lastSeenOf(2)
          .statusVisible((asker, user) -> !user.equals("secret") || asker.equals("root"));
  private final Server server =
      Server.builder().port(0).clock(clock).endpoint("/ws", endpoint).start();

  @AfterEach
  void stop() {
    server.close();
  }

  private static JsonNode ask(Wire wire, String users, String more) {
    return wire.ask("{\"type\":\"user_status\",\"id\":1,\"users\":[%s]%s}".formatted(users, more));
  }

  private static JsonNode one(JsonNode status) {
    assertThat(status.get("users").size()).isEqualTo(1);
    return status.get("users").get(0);
  }

  private int held(String what) {
    return endpoint.hub().sizes().getOrDefault(what, -1);
  }

  private void gone(String user) {
    Wire wire = Wire.welcomed(server.port(), user);
    wire.close(1000);
    wire.closeCode();
    await().until(() -> !endpoint.isOnline(user));
  }

  @Test
  void manyDevicesAreOneUserAndALossWithinTheGraceIsNoNews() {
    try (Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      Wire phone = Wire.welcomed(server.port(), "bob");
      assertThat(one(ask(ann, "\"bob\"", ",\"watch\":true")).get("online").booleanValue()).isTrue();
      phone.lose();
      await().until(() -> held("waiting") == 1);
      clock.advance(Duration.ofSeconds(30));
      ann.hearsNothing();
      long lost = clock.millis();
      bob.lose();
      await().until(() -> held("waiting") == 2);
      clock.advance(Duration.ofSeconds(4));
      ann.hearsNothing();
      clock.advance(Duration.ofSeconds(2));
      JsonNode news = ann.next();
      assertThat(news.get("type").stringValue()).isEqualTo("user_status");
      assertThat(one(news).get("online").booleanValue()).isFalse();
      assertThat(one(news).get("lastSeen").longValue())
          .as("when it was lost, not when the grace was over")
          .isEqualTo(lost);
    }
  }

  @Test
  void whoWatchesNoMoreHearsNothingAndNothingIsLeft() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      ask(ann, "\"bob\",\"carl\"", ",\"watch\":true");
      assertThat(endpoint.hub().sizes()).containsEntry("watched", 2);
      ask(ann, "\"bob\"", ",\"watch\":false");
      gone("bob");
      ann.hearsNothing();
      ann.close(1000);
      await().until(() -> held("watched") == 0);
    }
  }

  @Test
  void lastSeenIsRememberedOfThoseWhoWentLast() {
    gone("bob");
    gone("carl");
    gone("dora");
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      JsonNode users = ask(ann, "\"bob\",\"carl\",\"dora\",\"ann\"", "").get("users");
      assertThat(users.valueStream().map(user -> user.has("lastSeen")))
          .containsExactly(false, true, true, false);
    }
  }

  @Test
  void whoMayNotBeSeenSeemsNeverToHaveBeen() {
    try (Wire ann = Wire.welcomed(server.port(), "ann");
        Wire root = Wire.welcomed(server.port(), "root");
        Wire secret = Wire.welcomed(server.port(), "secret")) {
      JsonNode hidden = one(ask(ann, "\"secret\"", ",\"watch\":true"));
      assertThat(hidden.get("online").booleanValue()).isFalse();
      assertThat(one(ask(root, "\"secret\"", "")).get("online").booleanValue()).isTrue();
      secret.close(1000);
      await().until(() -> !endpoint.isOnline("secret"));
      ann.hearsNothing();
      assertThat(one(ask(ann, "\"secret\"", "")).has("lastSeen")).isFalse();
      assertThat(one(ask(root, "\"secret\"", "")).has("lastSeen")).isTrue();
    }
  }

  @Test
  void soManyAtATimeAndSoManyInAll() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      for (int group = 0; group < 11; group++) {
        int first = group * 100;
        String names =
            IntStream.range(first, first + 100)
                .mapToObj(i -> "\"u" + i + "\"")
                .collect(Collectors.joining(","));
        JsonNode answer = ask(ann, names, ",\"watch\":true");
        assertThat(answer.get("type").stringValue())
            .isEqualTo(group < 10 ? "user_status" : "error");
        assertThat(ask(ann, names + ",\"x\"", "").get("code").stringValue())
            .isEqualTo("bad_message");
      }
      assertThat(ask(ann, "", "").get("code").stringValue()).isEqualTo("bad_message");
      assertThat(ask(ann, "5", "").get("code").stringValue()).isEqualTo("bad_message");
      assertThat(ask(ann, "\"a\"", ",\"watch\":1").get("code").stringValue())
          .isEqualTo("bad_message");
    }
  }
}
