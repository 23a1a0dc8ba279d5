package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import dev.switchboard.transport.Deflate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client and the server of this project, with each other. */
@Tag("A8")
@Tag("A12")
@Tag("A13")
class WithServerTest {
  private Endpoint<Talk> endpoint = endpoint();
  private Server server = serve(0);

  private static Endpoint<Talk> endpoint() {
    return Endpoint.of(Talk.class)
        .statusVisible((asker, user) -> true)
        .clientsMayListOnlineUsers()
        .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users(), Addresses.everyone())
        .deflate(Deflate.DEFAULT)
        .identify(request ->
            Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)))
        .reply(Talk.Ask.class, (ask, from) -> new Talk.Answer(ask.n() + 1))
        .on(Talk.Note.class, (note, from) -> {});
  }

  private Server serve(int port) {
    endpoint = endpoint();
    return Server.builder().host("127.0.0.1").port(port).endpoint("/ws", endpoint).start();
  }

  private Client<Talk> client(String user) {
    return Client.of(Talk.class)
        .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
        .connect("ws://127.0.0.1:" + server.port() + "/ws?user=" + user);
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private static List<String> heard(Client<Talk> client) {
    List<String> heard = new CopyOnWriteArrayList<>();
    client.on(Talk.Said.class, event -> heard.add(event.from() + ": " + event.message().message()));
    return heard;
  }

  /** Over a lost connection, too: the question belongs to the session. */
  @Test
  @Tag("D1")
  void theServerAsksAndTheClientAnswersOnce() throws Exception {
    List<Integer> asked = new CopyOnWriteArrayList<>();
    CountDownLatch answering = new CountDownLatch(1);
    try (Client<Talk> ann = client("ann")) {
      dev.switchboard.server.Peer<Talk> peer = endpoint.peersOf("ann").getFirst();
      RefusedException nobody = refusedBy(peer.request(new Talk.Ask(1)));
      assertThat(nobody.code()).isEqualTo(ErrorCode.UNKNOWN_TYPE);
      ann.reply(
          Talk.Ask.class,
          ask -> {
            asked.add(ask.n());
            assertThat(answering.await(10, TimeUnit.SECONDS)).isTrue();
            return new Talk.Answer(ask.n() * 2);
          });
      CompletableFuture<Talk.Answer> answer = peer.request(new Talk.Ask(21)).toCompletableFuture();
      await().until(() -> asked.equals(List.of(21)));
      peer.close(4000, "come back");
      await()
          .until(
              () -> !endpoint.peersOf("ann").contains(peer) && ann.state() == ConnectionState.OPEN);
      answering.countDown();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(new Talk.Answer(42));
      assertThat(asked).containsExactly(21);
    }
  }

  private static RefusedException refusedBy(CompletionStage<?> answer) {
    CompletableFuture<RefusedException> refused = new CompletableFuture<>();
    CompletionStage<?> unused =
        answer.whenComplete((reply, failure) -> refused.complete((RefusedException) failure));
    return refused.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  void twoTalkInARoomDirectlyAndToEveryone() {
    try (Client<Talk> ann = client("ann");
        Client<Talk> bob = client("bob")) {
      List<String> annHeard = heard(ann);
      List<String> bobHeard = heard(bob);
      Room<Talk> general = ann.join("general");
      bob.join("general");
      assertThat(general.members()).containsExactly("ann", "bob");
      assertThat(general.publish(new Talk.Said("hi")).seq()).isEqualTo(1);
      ann.inbox("bob").publish(new Talk.Said("psst"));
      ann.everyone().publish(new Talk.Said("all"));
      await().until(() -> bobHeard.equals(List.of("ann: hi", "ann: psst", "ann: all")));
      await().until(() -> annHeard.equals(List.of("ann: hi", "ann: all")));
      assertThat(ann.request(new Talk.Ask(1))).isEqualTo(new Talk.Answer(2));
      ann.send(new Talk.Note("n"));
      assertThat(ann.users()).containsExactly("ann", "bob");
      History<Talk> history = general.history(10);
      assertThat(history.messages()).hasSize(1);
      assertThat(history.messages().get(0).message()).isEqualTo(new Talk.Said("hi"));
      general.leave();
      assertThat(ann.rooms()).isEmpty();
      assertThatThrownBy(() -> general.publish(new Talk.Said("gone")))
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_A_MEMBER));
    }
  }

  @Test
  void aReconnectMissesNothingAndRepeatsNothing() {
    try (Client<Talk> ann = client("ann");
        Client<Talk> bob = client("bob")) {
      List<String> heard = heard(ann);
      ann.join("general");
      Room<Talk> general = bob.join("general");
      for (int i = 0; i < 200; i++) {
        general.publish(new Talk.Said("m" + i));
        if (i % 40 == 20) {
          ann.reconnect();
        }
      }
      await().until(() -> heard.size() >= 200);
      assertThat(heard)
          .isEqualTo(java.util.stream.IntStream.range(0, 200).mapToObj(i -> "bob: m" + i).toList());
    }
  }

  @Test
  void aServerThatComesBackWithoutMemoryIsJoinedAgainAndTheGapIsTold() {
    try (Client<Talk> ann = client("ann")) {
      List<String> events = new CopyOnWriteArrayList<>();
      List<String> heard = heard(ann);
      Room<Talk> general = ann.join("general");
      general.publish(new Talk.Said("before"));
      ann.events(event -> events.add(event.getClass().getSimpleName()));
      int port = server.port();
      server.close();
      server = serve(port);
      await() // the first join may be told of late
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() ->
              assertThat(events)
                  .containsSubsequence(
                      "Closed", "ReconnectAttempt", "Opened", "ReconnectSuccess", "RoomJoined"));
      assertThat(general.publish(new Talk.Said("after")).seq()).isEqualTo(1);
      await().until(() -> heard.equals(List.of("ann: before", "ann: after")));
    }
  }

  @Test
  @Tag("A4")
  void aMessageBeyondTheServersLimitIsRefusedBeforeItIsSent() {
    try (Client<Talk> ann = client("ann")) {
      Room<Talk> general = ann.join("general");
      Talk.Said large = new Talk.Said("x".repeat(70_000));
      assertThatThrownBy(() -> general.publish(large))
          .isInstanceOfSatisfying(
              UnsentException.class,
              unsent -> {
                assertThat(unsent).hasMessageContaining("the server's limit");
                assertThat(unsent.unsent()).isEqualTo(large);
              });
      assertThat(general.publish(new Talk.Said("small")).seq()).isEqualTo(1);
    }
  }

  @Test
  @Tag("B2")
  @Tag("A6")
  void compressionIsAgreedOnIfBothWantIt() {
    try (Client<Talk> ann =
        Client.of(Talk.class).deflate().connect("ws://127.0.0.1:" + server.port() + "/ws?user=a")) {
      Room<Talk> general = ann.join("general");
      assertThat(general.publish(new Talk.Said("x".repeat(10_000))).seq()).isEqualTo(1);
      assertThat(ann.connection().extensions()).contains("permessage-deflate");
    }
  }

  @Test
  @Tag("A4")
  void dataGoOutUnderATypesNameAndKeepToItsRules() {
    try (Client<Talk> ann = client("ann");
        Client<Talk> bob = client("bob")) {
      List<String> heard = heard(bob);
      List<Boolean> typing = new CopyOnWriteArrayList<>();
      bob.on(Talk.Typing.class, event -> typing.add(event.message().on()));
      bob.join("general");
      Room<Talk> general = ann.join("general");
      assertThat(general.publish("chat", Map.of("message", "by name")).seq()).isEqualTo(1);
      general.fleeting("typing", Map.of("on", true));
      await().untilAsserted(() -> assertThat(heard).containsExactly("ann: by name"));
      await().untilAsserted(() -> assertThat(typing).containsExactly(true));
      assertThatThrownBy(() -> general.publish("chat", Map.of("massage", "wrong")))
          .isInstanceOf(InvalidMessageException.class);
      assertThatThrownBy(() -> general.publish("join_room", Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("join_room");
      assertThatThrownBy(() -> general.publish("unheard_of", Map.of()))
          .isInstanceOfSatisfying(
              RefusedException.class,
              why -> assertThat(why.code()).isEqualTo(ErrorCode.UNKNOWN_TYPE));
    }
  }
}
