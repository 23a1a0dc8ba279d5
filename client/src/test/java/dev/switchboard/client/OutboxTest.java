package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A client with an outbox, over real sockets. */
@Tag("A18")
class OutboxTest {
  @TempDir Path folder;
  private final Peer peer = new Peer();
  private Path path = Path.of("");

  @BeforeEach
  void name() {
    path = folder.resolve("outbox");
  }

  @AfterEach
  void nothingIsLeft() {
    peer.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private Client<Talk> client() {
    return client(options -> options);
  }

  private Client<Talk> client(UnaryOperator<ClientBuilder<Client<Talk>>> options) {
    return options
        .apply(
            Client.of(Talk.class)
                .requestTimeout(Duration.ofMillis(300))
                .reconnect(Reconnect.fixed(Duration.ofMillis(20)))
                .outbox(Outbox.file(path)))
        .build(peer.uri());
  }

  private Peer.Line connect(Client<Talk> client) {
    CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
    Peer.Line line = peer.welcome();
    opening.orTimeout(5, TimeUnit.SECONDS).join();
    return line;
  }

  private static String said(JsonNode chat) {
    return chat.get("data").get("message").stringValue();
  }

  private static String id(JsonNode chat) {
    return chat.get("messageId").stringValue();
  }

  @Test
  void whatHasNoAnswerGoesOutAfterARestartInOrderUnderItsName() {
    List<String> ids;
    try (Client<Talk> client = client()) {
      ids =
          IntStream.range(0, 5)
              .mapToObj(i -> client.everyone().enqueue(new Talk.Said("m" + i)))
              .toList();
      Peer.Line line = connect(client);
      for (int i = 0; i < 5; i++) {
        JsonNode chat = line.hear("chat");
        assertThat(said(chat)).isEqualTo("m" + i);
        assertThat(id(chat)).isEqualTo(ids.get(i));
        if (i == 0 || i == 2) {
          line.ack(chat, i + 1);
        }
      }
      await().until(() -> client.queueStatus().size() == 3);
      client.forceClose();
    }
    try (Client<Talk> client = client()) {
      assertThat(client.queueStatus().waiting()).isEqualTo(3);
      Peer.Line line = connect(client);
      for (int i : List.of(1, 3, 4)) {
        JsonNode chat = line.hear("chat");
        assertThat(said(chat)).isEqualTo("m" + i);
        assertThat(id(chat)).isEqualTo(ids.get(i));
        line.ack(chat, i + 1);
      }
      await().until(() -> client.queueStatus().size() == 0);
      client.forceClose();
    }
    try (Client<Talk> client = client()) {
      assertThat(client.queueStatus().size()).isZero();
    }
    assertThat(path).hasContent("SWITCHBOARD-OB1\n");
  }

  @Test
  void aMessageToARoomWaitsForTheClientToJoinIt() {
    try (Client<Talk> client = client()) {
      Peer.Line line = connect(client);
      CompletableFuture<Room<Talk>> joining =
          client.joinAsync("general", Join.DEFAULT).toCompletableFuture();
      line.joined(line.hear("join_room"), 0);
      joining.orTimeout(5, TimeUnit.SECONDS).join().enqueue(new Talk.Said("hi"));
      line.hear("chat");
      client.forceClose();
    }
    try (Client<Talk> client = client()) {
      Peer.Line line = connect(client);
      CompletableFuture<Room<Talk>> joining =
          client.joinAsync("general", Join.DEFAULT).toCompletableFuture();
      line.joined(line.hear("join_room"), 0);
      assertThat(said(line.hear("chat"))).isEqualTo("hi");
      joining.orTimeout(5, TimeUnit.SECONDS).join();
      client.forceClose();
    }
  }

  @Test
  void publishWaitsForTheAnswerAndLeavesTheMessageInTheOutboxWhenItDoesNotCome() {
    try (Client<Talk> client = client()) {
      assertThatThrownBy(() -> client.everyone().publish(new Talk.Said("hi")))
          .isInstanceOfSatisfying(
              RefusedException.class, why -> assertThat(why.code()).isEqualTo(ErrorCode.TIMEOUT))
          .hasMessage("no answer in time; the message stays in the outbox");
      CompletableFuture<Receipt> saying =
          client.everyone().publishAsync(new Talk.Said("ho")).toCompletableFuture();
      Peer.Line line = connect(client);
      line.ack(line.hear("chat"), 1);
      line.ack(line.hear("chat"), 2);
      assertThat(saying.orTimeout(5, TimeUnit.SECONDS).join().seq()).isEqualTo(2);
      client.flush().toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
      assertThat(client.queueStatus().size()).isZero();
      client.forceClose();
    }
  }

  @Test
  void aRefusalForGoodEndsAMessageAndTellsTheUser() {
    CompletableFuture<ClientEvent.Undelivered> told = new CompletableFuture<>();
    try (Client<Talk> client = client()) {
      client.events(ClientEvent.Undelivered.class, told::complete);
      Peer.Line line = connect(client);
      String id = client.everyone().enqueue(new Talk.Said("hi"));
      line.say(
          "{'type':'error','re':%s,'code':'forbidden','message':'no','retryable':false}"
              .formatted(line.hear("chat").get("id")));
      ClientEvent.Undelivered event = told.orTimeout(5, TimeUnit.SECONDS).join();
      assertThat(event.messageId()).isEqualTo(id);
      assertThat(event.type()).isEqualTo("chat");
      assertThat(event.data()).isEqualTo("{\"message\":\"hi\"}");
      assertThat(event.cause()).isInstanceOf(RefusedException.class);
      client.forceClose();
    }
    try (Client<Talk> client = client()) {
      assertThat(client.queueStatus().size()).isZero();
    }
  }

  @Test
  void itsBoundsAreThoseOfTheQueueAndCountWhatAnEarlierProcessLeft() {
    UnaryOperator<ClientBuilder<Client<Talk>>> two = options -> options.queue(2, 1_000_000);
    try (Client<Talk> client = client(two)) {
      client.everyone().enqueue(new Talk.Said("1"));
    }
    try (Client<Talk> client = client(two)) {
      client.everyone().enqueue(new Talk.Said("2"));
      assertThatThrownBy(() -> client.everyone().enqueue(new Talk.Said("3")))
          .isInstanceOfSatisfying(
              UnsentException.class, why -> assertThat(why.unsent()).isEqualTo(new Talk.Said("3")));
      assertThat(client.queueStatus().full()).isTrue();
    }
  }

  @Test
  void ofTwoClientsTheSecondIsTurnedAway() {
    try (Client<Talk> client = client()) {
      assertThatThrownBy(this::client).isInstanceOf(IllegalStateException.class);
      assertThat(client.state()).isEqualTo(ConnectionState.IDLE);
    }
    assertThatThrownBy(() -> client(options -> options.whenQueueFull(WhenFull.DROP_OLDEST)))
        .hasMessage("whenQueueFull: DROP_OLDEST (expected: REFUSE or BLOCK with an outbox)");
  }

  @Test
  void whatTheAgeEndsIsNotSentAfterARestart() {
    try (Client<Talk> client = client()) {
      client.everyone().enqueue(new Talk.Said("old"));
    }
    CompletableFuture<ClientEvent.Undelivered> told = new CompletableFuture<>();
    try (Client<Talk> client = client(options -> options.queueAge(Duration.ofMillis(1)))) {
      client.events(ClientEvent.Undelivered.class, told::complete);
      await().until(() -> client.queueStatus().size() == 0);
    }
    try (Client<Talk> client = client()) {
      assertThat(client.queueStatus().size()).isZero();
    }
  }

  @Test
  void closingFailsTheCallsAndKeepsTheMessages() throws Exception {
    Client<Talk> client = client();
    List<CompletableFuture<Receipt>> saying =
        IntStream.range(0, 50)
            .mapToObj(
                i -> client.everyone().publishAsync(new Talk.Said("m" + i)).toCompletableFuture())
            .toList();
    client.close();
    for (CompletableFuture<Receipt> each : saying) {
      assertThatThrownBy(() -> each.orTimeout(5, TimeUnit.SECONDS).join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(UnsentException.class);
    }
    assertThatThrownBy(() -> client.everyone().enqueue(new Talk.Said("late")))
        .isInstanceOf(UnsentException.class);
    assertThat(Files.size(path)).isGreaterThan(1_000);
    try (Client<Talk> next = client()) {
      assertThat(next.queueStatus().waiting()).isEqualTo(50);
    }
  }
}
