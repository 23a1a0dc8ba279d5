package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.limits.UserBytes;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is refused, with which code, and how a server ends. */
class LimitsTest {
  private static int status(Throwable failed) {
    return failed.getCause() instanceof WebSocketHandshakeException refused
        ? refused.getResponse().statusCode()
        : 0;
  }

  @Test
  @Tag("B8")
  void connectionsOfOneUserAreLimitedUntilOneEnds() {
    try (Server server =
        Server.builder()
            .port(0)
            .endpoint("/ws", Talk.endpoint().maxConnectionsPerUser(2))
            .start()) {
      Wire first = Wire.welcomed(server.port(), "ann");
      try (Wire second = Wire.welcomed(server.port(), "ann");
          Wire bob = Wire.welcomed(server.port(), "bob")) {
        assertThatThrownBy(() -> Wire.welcomed(server.port(), "ann"))
            .satisfies(failed -> assertThat(status(failed)).isEqualTo(429));
        first.close(1000);
        first.closeCode();
        await().untilAsserted(() -> Wire.welcomed(server.port(), "ann").close());
        second.barrier();
        bob.barrier();
      }
    }
  }

  @Test
  @Tag("B8")
  void connectionsFromOneAddressAreLimited() {
    try (Server server =
            Server.builder()
                .port(0)
                .endpoint("/ws", Talk.endpoint().maxConnectionsPerAddress(1))
                .start();
        Wire ann = Wire.welcomed(server.port(), "ann")) {
      assertThatThrownBy(() -> Wire.welcomed(server.port(), "bob"))
          .satisfies(failed -> assertThat(status(failed)).isEqualTo(429));
      ann.barrier();
    }
  }

  @Test
  @Tag("B8")
  void aMessageToSeveralRoomsCountsForEach() {
    try (Server server =
            Server.builder()
                .port(0)
                .clock(new ManualClock())
                .endpoint("/ws", Talk.endpoint().rate(10, Duration.ofSeconds(1)))
                .start();
        Wire ann = Wire.welcomed(server.port(), "ann")) {
      for (String room : List.of("a", "b", "c")) {
        ann.ask("{\"type\":\"join_room\",\"room\":\"%s\",\"id\":0}".formatted(room));
      }
      String toThree =
          "{\"type\":\"chat\",\"rooms\":[\"a\",\"b\",\"c\"],\"id\":%d,\"data\":{\"message\":\"m\"}}";
      for (int i = 1; i <= 3; i++) { // 7 are left, 4, 1
        assertThat(ann.ask(toThree.formatted(i)).get("type").stringValue()).isEqualTo("ack");
      }
      JsonNode refused = ann.ask(toThree.formatted(4));
      assertThat(refused.get("code").stringValue()).isEqualTo("rate_limited");
      assertThat(refused.get("details").get("retryAfter").intValue()).isEqualTo(300);
    }
  }

  @Test
  @Tag("B8")
  void tooManyMessagesAreRefusedAndWhoGoesOnIsClosed() {
    ManualClock clock = new ManualClock();
    try (Server server =
            Server.builder()
                .port(0)
                .clock(clock)
                .endpoint("/ws", Talk.endpoint().rate(5, Duration.ofSeconds(1)))
                .start();
        Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      for (int i = 1; i <= 5; i++) {
        assertThat(
                ann.ask("{\"type\":\"ask\",\"id\":%d,\"data\":{\"n\":1}}".formatted(i))
                    .get("type")
                    .stringValue())
            .isEqualTo("answer");
      }
      JsonNode refused = ann.ask("{\"type\":\"ask\",\"id\":6,\"data\":{\"n\":1}}");
      assertThat(refused.get("code").stringValue()).isEqualTo("rate_limited");
      assertThat(refused.get("retryable").booleanValue()).isTrue();
      assertThat(refused.get("details").get("retryAfter").intValue()).isEqualTo(200);
      clock.advance(Duration.ofMillis(200));
      assertThat(
              ann.ask("{\"type\":\"ask\",\"id\":7,\"data\":{\"n\":1}}").get("type").stringValue())
          .isEqualTo("answer");
      for (int i = 8; i <= 14; i++) {
        ann.say("{\"type\":\"ask\",\"id\":%d,\"data\":{\"n\":1}}".formatted(i));
      }
      assertThat(ann.closeCode()).isEqualTo(4029);
      assertThat(
              bob.ask("{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":1}}").get("type").stringValue())
          .isEqualTo("answer");
    }
  }

  @Test
  @Tag("B8")
  void whatOneUserPublishesIsCountedInBytesOverAllConnectionsAndForEachRoom() {
    ManualClock clock = new ManualClock();
    try (Server server =
            Server.builder()
                .port(0)
                .clock(clock)
                .endpoint("/ws", Talk.endpoint().bytesPerUser(2_000, Duration.ofSeconds(20)))
                .start();
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.ask(JOIN.formatted("a"));
      try (Wire ann = Wire.welcomed(server.port(), "ann")) {
        ann.ask(JOIN.formatted("a"));
        ann.ask(JOIN.formatted("b"));
        // 256 and {"message":"m"} for each room: 542 of 2,000
        assertThat(type(ann, "\"rooms\":[\"a\",\"b\"]")).isEqualTo("ack");
        assertThat(type(ann, "\"rooms\":[\"a\",\"b\"]")).isEqualTo("ack");
        assertThat(type(ann, "\"rooms\":[\"a\",\"b\"]")).isEqualTo("ack");
      }
      try (Wire again = Wire.welcomed(server.port(), "ann")) {
        again.ask(JOIN.formatted("a"));
        again.ask(JOIN.formatted("b"));
        JsonNode refused = again.ask(chat("\"rooms\":[\"a\",\"b\"]"));
        assertThat(refused.get("code").stringValue()).isEqualTo("rate_limited");
        assertThat(refused.get("retryable").booleanValue()).isTrue();
        // 168 are missing, and 100 come each second
        assertThat(refused.get("details").get("retryAfter").intValue()).isEqualTo(1_680);
        assertThat(type(bob, "\"room\":\"a\"")).isEqualTo("ack");
        clock.advance(Duration.ofMillis(1_680));
        assertThat(type(again, "\"rooms\":[\"a\",\"b\"]")).isEqualTo("ack");
        assertThat(type(again, "\"room\":\"a\"")).isEqualTo("error");
      }
    }
  }

  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"%s\",\"id\":0}";

  private static String chat(String to) {
    return "{\"type\":\"chat\",%s,\"id\":1,\"data\":{\"message\":\"m\"}}".formatted(to);
  }

  private static String type(Wire wire, String to) {
    return wire.ask(chat(to)).get("type").stringValue();
  }

  @Test
  @Tag("B8")
  void aMessageLargerThanAUsersBytesIsLetThroughWhenNothingElseWas() {
    UserBytes quota = new UserBytes(1_000, Duration.ofSeconds(1));
    quota.take("ann", 1, 5_000, 0);
    assertThatThrownBy(() -> quota.take("ann", 1, 0, 4_000)).isInstanceOf(RefusedException.class);
    quota.take("ann", 1, 0, 5_000);
    assertThatThrownBy(() -> new UserBytes(0, Duration.ofDays(1)))
        .hasMessage("bytesPerUser: 0 per PT24H (expected: at least 1 per positive time)");
  }

  @Test
  @Tag("B8")
  void roomsOfASessionAreLimited() {
    try (Server server =
            Server.builder().port(0).endpoint("/ws", Talk.endpoint().maxRooms(2)).start();
        Wire ann = Wire.welcomed(server.port(), "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"a\",\"id\":1}");
      ann.ask("{\"type\":\"join_room\",\"room\":\"b\",\"id\":2}");
      assertThat(
              ann.ask("{\"type\":\"join_room\",\"room\":\"c\",\"id\":3}").get("code").stringValue())
          .isEqualTo("conflict");
      ann.ask("{\"type\":\"leave_room\",\"room\":\"a\",\"id\":4}");
      assertThat(
              ann.ask("{\"type\":\"join_room\",\"room\":\"c\",\"id\":5}").get("type").stringValue())
          .isEqualTo("room_joined");
    }
  }

  @Test
  @Tag("B15")
  void aClosingServerSpreadsItsClientsAndCloses1001() {
    Server server = Server.builder().port(0).endpoint("/ws", Talk.endpoint()).start();
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      wires.add(Wire.welcomed(server.port(), "user" + i));
    }
    CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
    Set<Integer> delays = new HashSet<>();
    for (Wire wire : wires) {
      int after = wire.next("going_away").get("after").intValue();
      assertThat(after).isBetween(0, 2_000);
      delays.add(after);
      assertThat(wire.closeCode()).isEqualTo(1001);
    }
    assertThat(delays).as("spread").hasSizeGreaterThan(15);
    closing.orTimeout(5, TimeUnit.SECONDS).join();
    assertThatThrownBy(() -> Wire.open(server.port(), "/ws?user=late"))
        .isInstanceOf(Exception.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {5_000, 300})
  @Tag("B15")
  void rawClientsAreClosedOneAfterAnotherWithinTheDeadline(int closeTimeout) {
    RawEndpoint endpoint = RawEndpoint.create().onText((peer, text) -> peer.send(text));
    Server server =
        Server.builder()
            .port(0)
            .closeTimeout(Duration.ofMillis(closeTimeout))
            .endpoint("/raw", endpoint)
            .start();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      clients.add(new RawClient(server.port(), "/raw"));
    }
    List<CompletableFuture<Long>> ends =
        clients.stream()
            .map(client ->
                client.closed.thenApply(code -> {
                  assertThat(code).isEqualTo(1001);
                  return System.nanoTime();
                }))
            .toList();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
    List<Long> times =
        ends.stream().map(end -> end.orTimeout(10, TimeUnit.SECONDS).join()).sorted().toList();
    assertThat(Duration.ofNanos(times.getLast() - times.getFirst()))
        .isGreaterThan(Duration.ofMillis(Math.min(600, closeTimeout / 2) / 2));
    closing.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  @Tag("B15")
  void whatAHandlerHasBegunIsFinishedButNotWaitedForWithoutEnd() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .reply(
                Talk.Ask.class,
                (ask, from) -> {
                  begun.countDown();
                  (ask.n() == 0 ? never : gate).await();
                  return new Talk.Answer(ask.n() + 1);
                });
    Server server =
        Server.builder()
            .port(0)
            .closeTimeout(Duration.ofSeconds(2))
            .endpoint("/ws", endpoint)
            .start();
    Wire patient = Wire.welcomed(server.port(), "ann");
    Wire stuck = Wire.welcomed(server.port(), "bob");
    patient.say("{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":1}}");
    stuck.say("{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":0}}");
    begun.await();
    long before = System.nanoTime();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
    patient.next("going_away");
    gate.countDown();
    assertThat(patient.next("answer").get("re").intValue()).isEqualTo(1);
    assertThat(patient.closeCode()).isEqualTo(1001);
    closing.orTimeout(10, TimeUnit.SECONDS).join();
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(8));
    assertThat(stuck.closeCode()).isIn(1001, 1006);
    never.countDown();
  }
}
