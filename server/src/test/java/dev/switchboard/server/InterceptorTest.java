package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Interceptors and the hook for joins. */
@Tag("D4")
@Tag("D8")
class InterceptorTest {
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<Server> started = new CopyOnWriteArrayList<>();

  private int serve(Endpoint<Talk> endpoint) {
    Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
    started.add(server);
    return server.port();
  }

  @AfterEach
  void stop() {
    started.forEach(Server::close);
  }

  private Interceptor<Talk> noting(String name) {
    return (message, from, next) -> {
      seen.add(name + " " + message.message() + " to " + message.to().size());
      return next.proceed()
          .whenComplete((outcome, failure) ->
              seen.add(name + " " + (failure == null ? outcome : failure.getMessage())));
    };
  }

  @Test
  void theySeeMessagesFromOutsideInAndResultsFromInsideOut() {
    int port = serve(Talk.endpoint().intercept(noting("outer")).intercept(noting("inner")));
    try (Wire ann = Wire.welcomed(port, "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      assertThat(seen).as("control messages pass by").isEmpty();
      JsonNode reply = ann.ask("{\"type\":\"ask\",\"id\":2,\"data\":{\"n\":1}}");
      assertThat(reply.get("data").get("n").intValue()).isEqualTo(2);
      assertThat(seen)
          .containsExactly(
              "outer Ask[n=1] to 0",
              "inner Ask[n=1] to 0",
              "inner Replied[reply=Answer[n=2]]",
              "outer Replied[reply=Answer[n=2]]");
      seen.clear();
      ann.ask("{\"type\":\"note\",\"id\":3,\"data\":{\"text\":\"x\"}}");
      assertThat(
              ann.ask("{\"type\":\"chat\",\"room\":\"r\",\"id\":4,\"data\":{\"message\":\"m\"}}")
                  .get("seq")
                  .intValue())
          .isEqualTo(1);
      assertThat(seen)
          .contains("outer Handled[]", "inner Said[message=m] to 1", "outer Published[seqs=[1]]");
    }
  }

  @Test
  void oneMayRefuseAndAnswerInsteadAndTheOthersAreNotReached() {
    int port =
        serve(
            Talk.endpoint()
                .intercept((message, from, next) -> {
                  if (message.message() instanceof Talk.Said said && said.message().equals("bad")) {
                    throw new RefusedException(ErrorCode.FORBIDDEN, "not so");
                  }
                  if (message.message() instanceof Talk.Ask ask && ask.n() == 7) {
                    return CompletableFuture.completedFuture(
                        new Outcome.Replied(new Talk.Answer(77)));
                  }
                  if (message.message() instanceof Talk.Note) {
                    throw new IllegalStateException("a secret");
                  }
                  return next.proceed();
                })
                .intercept(noting("inner")));
    try (Wire ann = Wire.welcomed(port, "ann")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      JsonNode refused =
          ann.ask("{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"bad\"}}");
      assertThat(refused.get("code").stringValue()).isEqualTo("forbidden");
      assertThat(refused.get("message").stringValue()).isEqualTo("not so");
      assertThat(
              ann.ask("{\"type\":\"ask\",\"id\":3,\"data\":{\"n\":7}}")
                  .get("data")
                  .get("n")
                  .intValue())
          .isEqualTo(77);
      JsonNode failed = ann.ask("{\"type\":\"note\",\"id\":4,\"data\":{\"text\":\"x\"}}");
      assertThat(failed.get("code").stringValue()).isEqualTo("internal");
      assertThat(failed.toString()).doesNotContain("secret");
      assertThat(seen).isEmpty();
      assertThat(
              ann.ask("{\"type\":\"chat\",\"room\":\"r\",\"id\":5,\"data\":{\"message\":\"ok\"}}")
                  .get("seq")
                  .intValue())
          .isEqualTo(1);
    }
  }

  @Test
  void oneThatBlocksKeepsTheOrderOfItsConnectionAndHoldsNobodyElseUp() {
    CountDownLatch gate = new CountDownLatch(1);
    int port =
        serve(
            Talk.endpoint()
                .intercept((message, from, next) -> {
                  if (from.user().equals("ann")) {
                    gate.await();
                  }
                  return next.proceed();
                }));
    try (Wire ann = Wire.welcomed(port, "ann");
        Wire bob = Wire.welcomed(port, "bob")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      for (int i = 2; i <= 30; i++) {
        ann.say(
            "{\"type\":\"chat\",\"room\":\"r\",\"id\":%d,\"data\":{\"message\":\"m%d\"}}"
                .formatted(i, i));
      }
      assertThat(
              bob.ask("{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":1}}").get("type").stringValue())
          .isEqualTo("answer");
      gate.countDown();
      for (int i = 2; i <= 30; i++) {
        assertThat(ann.next("chat").get("data").get("message").stringValue()).isEqualTo("m" + i);
      }
    }
  }

  @Test
  void aJoinHookDecidesPerRoomAndUser() {
    int port =
        serve(
            Talk.endpoint()
                .onJoin((room, who) -> {
                  if (room.equals("secret") && !who.user().equals("ann")) {
                    throw new RefusedException(ErrorCode.FORBIDDEN, "members only");
                  }
                }));
    try (Wire ann = Wire.welcomed(port, "ann");
        Wire bob = Wire.welcomed(port, "bob")) {
      String join = "{\"type\":\"join_room\",\"room\":\"secret\",\"id\":1}";
      assertThat(ann.ask(join).get("type").stringValue()).isEqualTo("room_joined");
      JsonNode refused = bob.ask(join);
      assertThat(refused.get("code").stringValue()).isEqualTo("forbidden");
      assertThat(refused.get("message").stringValue()).isEqualTo("members only");
      assertThat(
              bob.ask(
                      "{\"type\":\"chat\",\"room\":\"secret\",\"id\":2,\"data\":{\"message\":\"m\"}}")
                  .get("code")
                  .stringValue())
          .isEqualTo("not_a_member");
      assertThat(
              bob.ask("{\"type\":\"join_room\",\"room\":\"open\",\"id\":3}")
                  .get("type")
                  .stringValue())
          .isEqualTo("room_joined");
    }
  }

  @Test
  void whoIsGoneBeforeTheJoinHookDecidesLeavesNoTrace() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Endpoint<Talk> endpoint =
        Talk.endpoint()
            .onJoin((room, who) -> {
              asked.countDown();
              gate.await();
            })
            .onClose((peer, code, reason, clean) -> closed.complete(null));
    int port = serve(endpoint);
    Wire ann = Wire.welcomed(port, "ann");
    ann.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
    asked.await();
    ann.close(1000);
    assertThat(ann.closeCode()).isEqualTo(1000);
    gate.countDown();
    closed.join();
    try (Wire bob = Wire.welcomed(port, "bob")) {
      bob.barrier();
    }
    assertThat(endpoint.hub().sizes()).containsEntry("rooms", 0);
  }
}
