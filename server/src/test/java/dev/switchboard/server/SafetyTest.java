package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What one client does, or a handler fails to do, costs nobody else anything. */
class SafetyTest {
  private final AtomicReference<Server> started = new AtomicReference<>();

  private int serve(Endpoint<Talk> endpoint) {
    Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
    started.set(server);
    return server.port();
  }

  private static Endpoint<Talk> byName() {
    return Endpoint.of(Talk.class)
        .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
        .identify(request ->
            Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)));
  }

  @AfterEach
  void stop() {
    started.get().close();
  }

  @Test
  @Tag("B5")
  void aHandlerThatThrowsCostsItsSenderAnErrorThatTellsNothingInternal() {
    int port =
        serve(
            byName()
                .on(
                    Talk.Note.class,
                    (note, from) -> {
                      if (note.text().equals("bad")) {
                        throw new IllegalStateException("secret of the database");
                      }
                    }));
    try (Wire ann = Wire.welcomed(port, "ann");
        Wire bob = Wire.welcomed(port, "bob")) {
      JsonNode error = ann.ask("{\"type\":\"note\",\"id\":1,\"data\":{\"text\":\"bad\"}}");
      assertThat(error.get("code").stringValue()).isEqualTo("internal");
      assertThat(error.toString()).doesNotContain("secret");
      assertThat(
              ann.ask("{\"type\":\"note\",\"id\":2,\"data\":{\"text\":\"good\"}}")
                  .get("type")
                  .stringValue())
          .isEqualTo("ack");
      bob.hearsNothing();
    }
  }

  @Test
  @Tag("D8")
  void handlersMayBlockRunInOrderAndHoldUpNobodyElse() throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    List<String> handled = new CopyOnWriteArrayList<>();
    int port =
        serve(
            byName()
                .on(
                    Talk.Note.class,
                    (note, from) -> {
                      if (from.user().equals("ann")) {
                        gate.await();
                      }
                      assertThat(Thread.currentThread().isVirtual()).isTrue();
                      handled.add(from.user() + note.text());
                    }));
    try (Wire ann = Wire.welcomed(port, "ann");
        Wire bob = Wire.welcomed(port, "bob")) {
      for (int i = 0; i < 1_000; i++) { // more than a mailbox takes: reading stops, TCP pushes back
        ann.say("{\"type\":\"note\",\"data\":{\"text\":\"%d\"}}".formatted(i));
      }
      assertThat(
              bob.ask("{\"type\":\"note\",\"id\":1,\"data\":{\"text\":\"b\"}}")
                  .get("type")
                  .stringValue())
          .isEqualTo("ack");
      assertThat(handled).containsExactly("bobb");
      gate.countDown();
      assertThat(
              ann.ask("{\"type\":\"note\",\"id\":2,\"data\":{\"text\":\"end\"}}")
                  .get("type")
                  .stringValue())
          .isEqualTo("ack");
      assertThat(handled).hasSize(1_002);
      for (int i = 0; i < 1_000; i++) {
        assertThat(handled.get(i + 1)).isEqualTo("ann" + i);
      }
    }
  }

  @Test
  @Tag("B3")
  void anUpgradeIsRefusedWithStatusAndReason() throws Exception {
    int port =
        serve(
            byName()
                .identify(request ->
                    switch (request.rawTarget()) {
                      case "/ws?broken" -> throw new IllegalStateException("a mistake");
                      case "/ws?named" -> Verdict.allow("a\nb");
                      default -> Verdict.refuse(403, "not on Sundays");
                    }));
    assertThatThrownBy(() -> Wire.open(port, "/ws"))
        .hasCauseInstanceOf(WebSocketHandshakeException.class)
        .satisfies(failed -> assertThat(status(failed)).isEqualTo(403));
    assertThatThrownBy(() -> Wire.open(port, "/ws?broken"))
        .satisfies(failed -> assertThat(status(failed)).isEqualTo(500));
    assertThatThrownBy(() -> Wire.open(port, "/ws?named"))
        .as("a name that is none is the client's fault")
        .satisfies(failed -> assertThat(status(failed)).isEqualTo(400));
    assertThatThrownBy(() -> Wire.open(port, "/elsewhere"))
        .satisfies(failed -> assertThat(status(failed)).isEqualTo(404));
    HttpResponse<String> plain =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/ws")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(plain.statusCode()).isEqualTo(426);
    assertThat(plain.body()).contains("ws://");
  }

  private static int status(Throwable failed) {
    return failed.getCause() instanceof WebSocketHandshakeException refused
        ? refused.getResponse().statusCode()
        : 0;
  }

  @Test
  @Tag("B7")
  void severalRoomsAreAllOrNothing() {
    int port = serve(byName());
    try (Wire ann = Wire.welcomed(port, "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"a\",\"id\":1}");
      ann.ask("{\"type\":\"join_room\",\"room\":\"b\",\"id\":2}");
      ann.ask(
          "{\"type\":\"chat\",\"room\":\"b\",\"id\":3,\"echo\":false,\"data\":{\"message\":\"x\"}}");
      JsonNode refused =
          ann.ask(
              "{\"type\":\"chat\",\"rooms\":[\"a\",\"c\"],\"id\":4,\"data\":{\"message\":\"x\"}}");
      assertThat(refused.get("code").stringValue()).isEqualTo("not_a_member");
      assertThat(refused.get("details").get("room").stringValue()).isEqualTo("c");
      JsonNode ack =
          ann.ask(
              "{\"type\":\"chat\",\"rooms\":[\"a\",\"b\"],\"id\":5,\"echo\":false,\"data\":{\"message\":\"x\"}}");
      assertThat(ack.get("seqs")).isEqualTo(Wire.JSON.readTree("{\"a\":1,\"b\":2}"));
    }
  }

  @Test
  @Tag("B7")
  void aUserIsReachedOnEveryConnectionAndEveryoneOnlyByThoseWhoMay() {
    Endpoint<Talk> endpoint = byName();
    int port = serve(endpoint);
    try (Wire phone = Wire.welcomed(port, "bob");
        Wire laptop = Wire.welcomed(port, "bob");
        Wire ann = Wire.welcomed(port, "ann")) {
      assertThat(
              ann.ask(
                      "{\"type\":\"chat\",\"user\":\"bob\",\"id\":1,\"data\":{\"message\":\"psst\"}}")
                  .get("seq")
                  .intValue())
          .isEqualTo(1);
      for (Wire bob : List.of(phone, laptop)) {
        assertThat(bob.next("chat").get("user").stringValue()).isEqualTo("bob");
      }
      ann.hearsNothing();
      assertThat(
              ann.ask(
                      "{\"type\":\"chat\",\"everyone\":true,\"id\":2,\"data\":{\"message\":\"hear ye\"}}")
                  .get("code")
                  .stringValue())
          .isEqualTo("forbidden");
      assertThat(endpoint.everyone().publish(new Talk.Said("from the server"))).isEqualTo(1);
      for (Wire wire : List.of(phone, laptop, ann)) {
        JsonNode heard = wire.next("chat");
        assertThat(heard.get("everyone").booleanValue()).isTrue();
        assertThat(heard.has("from")).isFalse();
      }
    }
  }

  @Test
  @Tag("D4")
  void aHookRefusesOrAddsWhatIsCommittedTogether() {
    int port =
        serve(
            byName()
                .onPublish(
                    Talk.Said.class,
                    (said, publishing) -> {
                      if (said.message().contains("spam")) {
                        throw new RefusedException(ErrorCode.FORBIDDEN, "no spam");
                      }
                      publishing.also(
                          Address.user("archive"),
                          new Talk.Said(publishing.from().user() + ": " + said.message()));
                    }));
    try (Wire ann = Wire.welcomed(port, "ann");
        Wire archive = Wire.welcomed(port, "archive")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      assertThat(
              ann.ask("{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"spam\"}}")
                  .get("code")
                  .stringValue())
          .isEqualTo("forbidden");
      assertThat(
              ann.ask(
                      "{\"type\":\"chat\",\"room\":\"r\",\"id\":3,\"messageId\":\"m\",\"data\":{\"message\":\"hi\"}}")
                  .get("seq")
                  .intValue())
          .isEqualTo(1);
      JsonNode copy = archive.next("chat");
      assertThat(copy.get("data").get("message").stringValue()).isEqualTo("ann: hi");
      assertThat(copy.get("messageId").stringValue()).isEqualTo("m");
    }
  }

  @Test
  @Tag("B2")
  void handlersSeeTheRequestRememberAndAnswer() {
    List<String> ended = new CopyOnWriteArrayList<>();
    int port =
        serve(
            byName()
                .onOpen(peer ->
                    peer.attributes()
                        .put(
                            "place",
                            peer.request().query().getOrDefault("place", List.of("")).get(0)))
                .on(
                    Talk.Note.class,
                    (note, from) -> {
                      from.fleeting(
                          new Talk.Told(from.attributes().get("place") + " " + note.text()));
                      if (note.text().equals("bye")) {
                        from.close(4503, "go away");
                      }
                    })
                .onClose((peer, code, reason, clean) ->
                    ended.add(peer.user() + " " + code + " " + clean)));
    try (Wire ann = Wire.open(port, "/ws?user=ann&place=harbour")) {
      ann.next("welcome");
      ann.say("{\"type\":\"note\",\"data\":{\"text\":\"hi\"}}");
      JsonNode answer = ann.next("told");
      assertThat(answer.get("data").get("text").stringValue()).isEqualTo("harbour hi");
      assertThat(answer.has("seq")).isFalse();
      ann.say("{\"type\":\"note\",\"data\":{\"text\":\"bye\"}}");
      assertThat(ann.closeCode()).isEqualTo(4503);
      org.awaitility.Awaitility.await()
          .untilAsserted(() -> assertThat(ended).containsExactly("ann 4503 true"));
    }
  }
}
