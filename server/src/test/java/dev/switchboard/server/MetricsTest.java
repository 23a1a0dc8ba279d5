package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a server does is told to its metrics. */
@Tag("D6")
class MetricsTest {
  private final Counted counted = new Counted();

  @Test
  void messagesBytesErrorsPublishesAndDeliveriesAreCounted() {
    try (Server server =
        Server.builder().port(0).metrics(counted).endpoint("/ws", Talk.endpoint()).start()) {
      try (Wire ann = Wire.welcomed(server.port(), "ann");
          Wire bob = Wire.welcomed(server.port(), "bob")) {
        ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
        bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
        String said = "{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"m\"}}";
        ann.ask(said);
        bob.next("chat");
        ann.ask("{\"type\":\"chat\",\"room\":\"other\",\"id\":3,\"data\":{\"message\":\"m\"}}");
        ann.ask("{\"type\":\"note\",\"id\":4,\"data\":{\"wrong\":1}}");
        assertThat(counted.all())
            .containsEntry("opened /ws", 2)
            .containsEntry("received", 5)
            .containsEntry("published", 1)
            .containsEntry("error not_a_member", 1)
            .containsEntry("error invalid", 1);
        assertThat(counted.of("delivered")).as("own copy, copy, user_joined").isEqualTo(3);
        assertThat(counted.of("sent")).isEqualTo(2 + 2 + 1 + 2 + 3);
        assertThat(counted.of("received bytes")).isGreaterThan(said.length());
        assertThat(counted.of("sent bytes")).isGreaterThan(1_000);
        ann.close(1000);
        ann.closeCode();
      }
      await().untilAsserted(() -> assertThat(counted.of("closed 1000")).isEqualTo(1));
      await().untilAsserted(() -> assertThat(counted.of("closed 1006")).isEqualTo(1));
    }
  }

  @Test
  @Tag("B8")
  void upgradesBeyondAllConnectionsAreCountedAndPlainRequestsAreNot() throws Exception {
    RawEndpoint raw = RawEndpoint.create();
    try (Server server =
        Server.builder()
            .port(0)
            .metrics(counted)
            .maxConnections(1)
            .endpoint("/raw/{x}", raw)
            .start()) {
      RawClient first = new RawClient(server.port(), "/raw/1");
      for (String path : List.of("/raw/2", "/elsewhere")) {
        assertThatThrownBy(() -> new RawClient(server.port(), path))
            .cause()
            .isInstanceOfSatisfying(
                WebSocketHandshakeException.class,
                refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(503));
      }
      await().untilAsserted(() -> assertThat(counted.of("refused 503")).isEqualTo(1));
      assertThat(counted.of("limit CONNECTIONS")).isEqualTo(1);
      first.socket.abort();
    }
  }

  @Test
  @Tag("B10")
  void aReaderThatFallsBehindIsCounted() throws Exception {
    Endpoint<Talk> endpoint = Talk.endpoint().maxPendingBytes(256 << 10);
    try (Server server =
            Server.builder().port(0).metrics(counted).endpoint("/ws", endpoint).start();
        Lazy lazy = new Lazy(server.port())) {
      lazy.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      lazy.next("room_joined");
      String long8k = "x".repeat(8_000);
      while (counted.of("slow BEHIND") == 0) {
        assertThat(endpoint.room("r").publish(new Talk.Said(long8k))).isPositive();
      }
      assertThat(counted.of("slow CLOSED")).isZero();
    }
  }

  @Test
  @Tag("B8")
  void refusedUpgradesAndLimitsAreCountedByKind() {
    Endpoint<Talk> endpoint =
        Talk.endpoint()
            .identify(request -> {
              String user = request.query().getOrDefault("user", List.of("x")).get(0);
              return user.equals("eve") ? Verdict.refuse(403, "no") : Verdict.allow(user);
            })
            .maxConnectionsPerUser(1)
            .maxConnectionsPerAddress(2)
            .maxMessageBytes(200)
            .maxRooms(1)
            .rate(4, Duration.ofHours(1));
    try (Server server =
            Server.builder().port(0).metrics(counted).endpoint("/ws", endpoint).start();
        Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      for (String user : List.of("ann", "carl", "eve")) {
        assertThatThrownBy(() -> Wire.welcomed(server.port(), user)).as(user).isNotNull();
      }
      for (int i = 1; i <= 6; i++) {
        ann.ask("{\"type\":\"join_room\",\"room\":\"r%d\",\"id\":%d}".formatted(i, i));
      }
      bob.say("{\"type\":\"note\",\"data\":{\"text\":\"" + "x".repeat(300) + "\"}}");
      assertThat(bob.closeCode()).isEqualTo(1009);
      assertThat(counted.all())
          .containsEntry("refused 403", 1)
          .containsEntry("refused 429", 2)
          .containsEntry("limit USER_CONNECTIONS", 1)
          .containsEntry("limit ADDRESS_CONNECTIONS", 1)
          .containsEntry("limit SESSION_ROOMS", 3)
          .containsEntry("limit RATE", 2)
          .containsEntry("error rate_limited", 2)
          .containsEntry("error conflict", 3);
      await().untilAsserted(() -> assertThat(counted.of("limit MESSAGE_BYTES")).isEqualTo(1));
    }
  }
}
