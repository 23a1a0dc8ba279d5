package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Sessions and presence over the wire, with time stepped. */
@Tag("D3")
@Tag("B6")
class SessionTest {
  private final ManualClock clock = new ManualClock();
  private final Endpoint<Talk> endpoint = Talk.endpoint();
  private final Server server =
      Server.builder().port(0).clock(clock).endpoint("/ws", endpoint).start();

  @AfterEach
  void stop() {
    server.close();
  }

  private static String join(String room) {
    return "{\"type\":\"join_room\",\"room\":\"%s\",\"id\":1}".formatted(room);
  }

  private static String resume(JsonNode welcome, String secret) {
    return "{\"type\":\"resume\",\"id\":77,\"session\":\"%s\",\"secret\":\"%s\"}"
        .formatted(welcome.get("session").stringValue(), secret);
  }

  @Test
  void aShortLossIsSeenByNobody() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.ask(join("r"));
      Wire ann = Wire.open(server.port(), "/ws?user=ann");
      JsonNode welcome = ann.next();
      ann.ask(join("r"));
      assertThat(bob.next("user_joined").get("count").intValue()).isEqualTo(2);
      ann.lose();
      awaitWaiting(1);
      clock.advance(Duration.ofSeconds(4));
      try (Wire back = Wire.welcomed(server.port(), "ann")) {
        assertThat(
                back.ask(resume(welcome, welcome.get("secret").stringValue()))
                    .get("type")
                    .stringValue())
            .isEqualTo("resumed");
        clock.advance(Duration.ofSeconds(60));
        assertThat(
                back.ask("{\"type\":\"user_list\",\"room\":\"r\",\"id\":2}")
                    .get("members")
                    .valueStream()
                    .map(JsonNode::stringValue))
            .containsExactly("ann", "bob");
        bob.hearsNothing();
      }
    }
  }

  @Test
  void aUserIsGoneAfterTheGraceAndTheSessionAfterItsTime() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.ask(join("r"));
      Wire ann = Wire.open(server.port(), "/ws?user=ann");
      JsonNode welcome = ann.next();
      ann.ask(join("r"));
      bob.next("user_joined");
      ann.lose();
      awaitWaiting(1);
      clock.advance(Duration.ofSeconds(5));
      assertThat(bob.next("user_left").get("user").stringValue()).isEqualTo("ann");
      clock.advance(Duration.ofSeconds(115));
      awaitWaiting(0);
      try (Wire back = Wire.welcomed(server.port(), "ann")) {
        JsonNode fresh = back.ask(resume(welcome, welcome.get("secret").stringValue()));
        assertThat(fresh.get("type").stringValue()).isEqualTo("welcome");
        assertThat(fresh.get("logs").get(0).get("recovered").booleanValue()).isTrue();
      }
    }
  }

  private JsonNode resumed(Wire wire, JsonNode welcome) {
    JsonNode answer = wire.ask(resume(welcome, welcome.get("secret").stringValue()));
    assertThat(answer.get("type").stringValue()).isEqualTo("resumed");
    return answer;
  }

  @Test
  void theTimeOfASessionBeginsAnewWithEveryLoss() {
    Wire ann = Wire.open(server.port(), "/ws?user=ann");
    JsonNode welcome = ann.next();
    ann.lose();
    awaitWaiting(1);
    Wire.welcomed(server.port(), "cleo").lose();
    awaitWaiting(2);
    clock.advance(Duration.ofSeconds(100));
    Wire again = Wire.welcomed(server.port(), "ann");
    resumed(again, welcome);
    again.lose();
    awaitWaiting(2);
    clock.advance(Duration.ofSeconds(20));
    awaitWaiting(1); // cleo's is over, and so would be what ann's first loss began
    try (Wire back = Wire.welcomed(server.port(), "ann")) {
      resumed(back, welcome);
    }
  }

  @Test
  void aSessionThatIsBackDoesNotEnd() {
    Wire ann = Wire.open(server.port(), "/ws?user=ann");
    JsonNode welcome = ann.next();
    ann.lose();
    awaitWaiting(1);
    Wire again = Wire.welcomed(server.port(), "ann");
    resumed(again, welcome);
    clock.advance(Duration.ofMinutes(2));
    awaitWaiting(0);
    again.lose();
    awaitWaiting(1);
    try (Wire back = Wire.welcomed(server.port(), "ann")) {
      resumed(back, welcome);
    }
  }

  @Test
  void theGraceBeginsAnewWithEveryLoss() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.ask(join("r"));
      Wire ann = Wire.open(server.port(), "/ws?user=ann");
      JsonNode welcome = ann.next();
      ann.ask(join("r"));
      bob.next("user_joined");
      Wire cleo = Wire.welcomed(server.port(), "cleo");
      cleo.ask(join("r"));
      bob.next("user_joined");
      ann.lose();
      awaitWaiting(1);
      cleo.lose();
      awaitWaiting(2);
      clock.advance(Duration.ofSeconds(4));
      Wire again = Wire.welcomed(server.port(), "ann");
      resumed(again, welcome);
      again.lose();
      awaitWaiting(2);
      clock.advance(Duration.ofSeconds(1)); // the grace of the first losses is over
      assertThat(bob.next("user_left").get("user").stringValue()).isEqualTo("cleo");
      bob.hearsNothing();
      clock.advance(Duration.ofSeconds(4));
      assertThat(bob.next("user_left").get("user").stringValue()).isEqualTo("ann");
    }
  }

  @Test
  void theTimeOfALossThatIsOverEndsNothing() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.ask(join("r"));
      Wire ann = Wire.open(server.port(), "/ws?user=ann");
      JsonNode welcome = ann.next();
      String resume = resume(welcome, welcome.get("secret").stringValue());
      ann.ask(join("r"));
      bob.next("user_joined");
      ann.lose();
      awaitWaiting(1);
      clock.advance(Duration.ofSeconds(4));
      Wire back = Wire.welcomed(server.port(), "ann");
      back.ask(resume);
      back.lose();
      await().until(() -> endpoint.hub().connections().size() == 1);
      clock.advance(Duration.ofSeconds(4)); // 8 s after the first loss, 4 s after the second
      awaitTicks();
      bob.hearsNothing();
      clock.advance(Duration.ofSeconds(114)); // 122 s and 118 s
      awaitWaiting(1);
      try (Wire again = Wire.welcomed(server.port(), "ann")) {
        assertThat(again.ask(resume).get("type").stringValue()).isEqualTo("resumed");
      }
    }
  }

  /** Until the server has done what was due. */
  private void awaitTicks() {
    CountDownLatch ticked = new CountDownLatch(1);
    endpoint.hub().topics().later(1, ticked::countDown);
    await().until(() -> ticked.getCount() == 0);
  }

  @Test
  void twoSessionsOfAUserCountAsOne() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.ask(join("r"));
      Wire phone = Wire.welcomed(server.port(), "ann");
      Wire laptop = Wire.welcomed(server.port(), "ann");
      phone.ask(join("r"));
      laptop.ask(join("r"));
      assertThat(bob.next("user_joined").get("count").intValue()).isEqualTo(2);
      phone.close(1000);
      phone.closeCode();
      bob.hearsNothing();
      laptop.close(1000);
      assertThat(bob.next().get("type").stringValue()).isEqualTo("user_left");
    }
  }

  @Test
  void anotherConnectionTakesTheSessionOver() {
    Wire first = Wire.open(server.port(), "/ws?user=ann");
    JsonNode welcome = first.next();
    first.ask(join("r"));
    try (Wire second = Wire.welcomed(server.port(), "ann")) {
      JsonNode resumed = second.ask(resume(welcome, welcome.get("secret").stringValue()));
      assertThat(resumed.get("type").stringValue()).isEqualTo("resumed");
      assertThat(resumed.get("logs")).hasSize(3);
      assertThat(first.closeCode()).isEqualTo(4509);
      assertThat(
              second
                  .ask("{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"hi\"}}")
                  .get("seq")
                  .intValue())
          .isEqualTo(1);
    }
  }

  @Test
  void aStolenSessionIdIsWorthless() {
    try (Wire ann = Wire.open(server.port(), "/ws?user=ann")) {
      JsonNode welcome = ann.next();
      for (String who : List.of("ann", "eve")) {
        try (Wire thief = Wire.welcomed(server.port(), who)) {
          assertThat(thief.ask(resume(welcome, "guess")).get("type").stringValue())
              .isEqualTo("welcome");
        }
      }
      try (Wire eve = Wire.welcomed(server.port(), "eve")) {
        assertThat(
                eve.ask(resume(welcome, welcome.get("secret").stringValue()))
                    .get("type")
                    .stringValue())
            .isEqualTo("welcome");
      }
      ann.barrier();
    }
  }

  @Test
  void resumeIsFirstOrRefused() {
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      ann.ask(join("r"));
      assertThat(
              ann.ask("{\"type\":\"resume\",\"id\":5,\"session\":\"a\",\"secret\":\"b\"}")
                  .get("code")
                  .stringValue())
          .isEqualTo("conflict");
    }
  }

  @Test
  void everyTraceOfAClosedConnectionIsGone() {
    for (int i = 0; i < 50; i++) {
      Wire wire = Wire.welcomed(server.port(), "user" + i % 7);
      wire.ask(join("room" + i % 5));
      wire.ask(
          "{\"type\":\"chat\",\"room\":\"room%d\",\"id\":2,\"data\":{\"message\":\"hi\"}}"
              .formatted(i % 5));
      if (i % 2 == 0) {
        wire.close(1000);
      } else {
        wire.lose();
      }
    }
    awaitWaiting(25);
    clock.advance(Duration.ofMinutes(2));
    await()
        .untilAsserted(() ->
            assertThat(endpoint.hub().sizes())
                .isEqualTo(
                    Map.of(
                        "topics",
                        1,
                        "sessions",
                        0,
                        "rooms",
                        0,
                        "places",
                        0,
                        "watched",
                        0,
                        "waiting",
                        0)));
  }

  @Test
  @Tag("B13")
  void connectionsAreFoundByUserAndBySessionAndClosedByTheOperator() {
    try (Wire ann = Wire.open(server.port(), "/ws?user=ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      String session = ann.next().get("session").stringValue();
      assertThat(endpoint.peers()).extracting(Peer::user).containsExactlyInAnyOrder("ann", "bob");
      assertThat(endpoint.peersOf("ann"))
          .singleElement()
          .extracting(Peer::session)
          .isEqualTo(session);
      endpoint.peer(session).orElseThrow().close(4505, "banned");
      assertThat(ann.closeCode()).isEqualTo(4505);
      await()
          .untilAsserted(
              () -> assertThat(endpoint.peers()).extracting(Peer::user).containsExactly("bob"));
      assertThat(endpoint.peer(session)).isEmpty();
      bob.barrier();
    }
  }

  private void awaitWaiting(int sessions) {
    await()
        .untilAsserted(() -> assertThat(endpoint.hub().sizes()).containsEntry("waiting", sessions));
  }
}
