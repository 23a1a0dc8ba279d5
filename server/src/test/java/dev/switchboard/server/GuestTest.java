package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Clients that nobody identifies, and what is asked of a client that comes back. */
@Tag("D3")
class GuestTest {
  private final CompletableFuture<Talk.Answer> answered = new CompletableFuture<>();
  private final Endpoint<Talk> endpoint =
      Endpoint.of(Talk.class).clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users());
  private Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();

  @AfterEach
  void stop() {
    server.close();
  }

  private static String resume(JsonNode welcome, String secret) {
    return "{\"type\":\"resume\",\"id\":77,\"session\":\"%s\",\"secret\":\"%s\"}"
        .formatted(welcome.get("session").stringValue(), secret);
  }

  private static String user(JsonNode message) {
    return message.get("user").stringValue();
  }

  @Test
  void eachHasANameThatNobodyGuesses() {
    try (Wire one = Wire.open(server.port(), "/ws");
        Wire two = Wire.open(server.port(), "/ws")) {
      String name = user(one.next());
      assertThat(name).matches("guest-[0-9a-f]{24}");
      assertThat(user(two.next())).isNotEqualTo(name);
    }
  }

  @Test
  void oneThatComesBackWithTheSecretOfItsSessionIsTheSameAgain() {
    Wire before = Wire.open(server.port(), "/ws");
    JsonNode welcome = before.next();
    before.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
    before.lose();
    awaitSize("waiting", 1);
    try (Wire sender = Wire.open(server.port(), "/ws")) {
      sender.next();
      sender.ask(
          "{\"type\":\"chat\",\"user\":\"%s\",\"id\":1,\"data\":{\"message\":\"psst\"}}"
              .formatted(user(welcome)));
      try (Wire back = Wire.open(server.port(), "/ws")) {
        JsonNode fresh = back.next();
        JsonNode resumed = back.ask(resume(welcome, welcome.get("secret").stringValue()));
        assertThat(resumed.get("type").stringValue()).isEqualTo("resumed");
        assertThat(user(resumed)).isEqualTo(user(welcome));
        assertThat(endpoint.peersOf(user(welcome))).hasSize(1);
        assertThat(endpoint.peersOf(user(fresh))).isEmpty();
        sender.ask(
            "{\"type\":\"chat\",\"user\":\"%s\",\"id\":2,\"data\":{\"message\":\"again\"}}"
                .formatted(user(welcome)));
        assertThat(back.next("chat").at("/data/message").asString()).isEqualTo("again");
        // everyone's log, a room, and the inboxes of the two: none of the name it had meanwhile
        assertThat(endpoint.hub().sizes()).containsEntry("topics", 4);
      }
    }
    await()
        .untilAsserted(() ->
            assertThat(endpoint.hub().connectionCounts().sizes())
                .isEqualTo(Map.of("open", 0, "users", 0, "addresses", 0)));
  }

  @Test
  void oneWithoutTheSecretStaysWhoItIs() {
    Wire before = Wire.open(server.port(), "/ws");
    JsonNode welcome = before.next();
    before.lose();
    awaitSize("waiting", 1);
    try (Wire back = Wire.open(server.port(), "/ws")) {
      JsonNode fresh = back.next();
      JsonNode answer = back.ask(resume(welcome, "wrong"));
      assertThat(answer.get("type").stringValue()).isEqualTo("welcome");
      assertThat(user(answer)).isEqualTo(user(fresh));
    }
  }

  @Test
  void aQuestionFromOnOpenIsAskedAlsoOfAClientThatComesBack() throws Exception {
    server.close();
    CompletableFuture<Void> first = new CompletableFuture<>();
    Endpoint<Talk> asking =
        Endpoint.of(Talk.class)
            .onOpen(peer -> {
              if (!first.complete(null)) {
                peer.request(new Talk.Ask(1))
                    .whenComplete((answer, failure) -> {
                      if (failure == null) {
                        answered.complete(answer);
                      } else {
                        answered.completeExceptionally(failure);
                      }
                    });
              }
            });
    server = Server.builder().port(0).endpoint("/ws", asking).start();
    Wire before = Wire.open(server.port(), "/ws");
    JsonNode welcome = before.next();
    before.lose();
    await().untilAsserted(() -> assertThat(asking.hub().sizes()).containsEntry("waiting", 1));
    try (Wire back = Wire.open(server.port(), "/ws")) {
      back.next("ask"); // to the session that it does not stay
      back.ask(resume(welcome, welcome.get("secret").stringValue()));
      String id = back.next("ask").get("id").toString();
      back.say("{\"type\":\"answer\",\"re\":%s,\"data\":{\"n\":5}}".formatted(id));
      assertThat(answered.get(10, TimeUnit.SECONDS).n()).isEqualTo(5);
    }
  }

  private void awaitSize(String what, int count) {
    await().untilAsserted(() -> assertThat(endpoint.hub().sizes()).containsEntry(what, count));
  }
}
