package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.UnsentException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** What waits while there is no connection, over real sockets. */
@Tag("A18")
class QueueTest {
  private final Peer peer = new Peer();
  private Client<Talk> client = built(builder -> builder);

  private Client<Talk> built(UnaryOperator<ClientBuilder<Client<Talk>>> options) {
    return options
        .apply(
            Client.of(Talk.class)
                .requestTimeout(Duration.ofSeconds(2))
                .reconnect(Reconnect.fixed(Duration.ofMillis(20))))
        .build(peer.uri());
  }

  private void client(UnaryOperator<ClientBuilder<Client<Talk>>> options) {
    client.close();
    client = built(options);
  }

  @AfterEach
  void nothingIsLeft() {
    client.forceClose();
    peer.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private Peer.Line connect() {
    CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
    Peer.Line line = peer.welcome();
    opening.orTimeout(20, TimeUnit.SECONDS).join();
    return line;
  }

  private CompletableFuture<Receipt> say(String message) {
    return client.everyone().publishAsync(new Talk.Said(message)).toCompletableFuture();
  }

  private static String said(JsonNode chat) {
    return chat.get("data").get("message").stringValue();
  }

  private static Object unsent(CompletableFuture<?> failed) {
    AtomicReference<Object> unsent = new AtomicReference<>();
    assertThatThrownBy(() -> failed.orTimeout(20, TimeUnit.SECONDS).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(UnsentException.class, why -> unsent.set(why.unsent()));
    return unsent.get();
  }

  @Test
  void whatIsSaidWithoutAConnectionGoesOutInOrderAfterIt() {
    List<CompletableFuture<Receipt>> saying =
        IntStream.range(0, 100).mapToObj(i -> say("m" + i)).toList();
    Peer.Line line = connect();
    for (int i = 0; i < 50; i++) {
      JsonNode chat = line.hear("chat");
      assertThat(said(chat)).isEqualTo("m" + i);
      line.ack(chat, i + 1);
    }
    saying.get(49).orTimeout(20, TimeUnit.SECONDS).join();
    line.drop();
    Peer.Line next = peer.accept();
    JsonNode resume = next.hear("resume");
    next.say("{'type':'resumed','re':%s,'session':'s1','user':'ann'}".formatted(resume.get("id")));
    for (int i = 50; i < 100; i++) {
      JsonNode chat = next.hear("chat");
      assertThat(said(chat)).isEqualTo("m" + i);
      next.ack(chat, i + 1);
    }
    assertThat(saying.get(99).orTimeout(20, TimeUnit.SECONDS).join().seq()).isEqualTo(100);
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "DROP_OLDEST", "DROP_NEWEST"})
  void aFullQueueGivesBackTheMessageThatThePolicyNames(WhenFull policy) {
    client(builder -> builder.queue(3, 1_000_000).whenQueueFull(policy));
    List<CompletableFuture<Receipt>> saying = Stream.of("a", "b", "c", "d").map(this::say).toList();
    int victim =
        switch (policy) {
          case DROP_OLDEST -> 0;
          case DROP_NEWEST -> 2;
          case REFUSE, BLOCK -> 3;
        };
    assertThat(unsent(saying.get(victim)))
        .isEqualTo(new Talk.Said(List.of("a", "b", "c", "d").get(victim)));
    Peer.Line line = connect();
    for (int i = 0; i < 4; i++) {
      if (i != victim) {
        assertThat(said(line.hear("chat"))).isEqualTo(List.of("a", "b", "c", "d").get(i));
      }
    }
  }

  @Test
  void theQueueIsBoundedInBytesAndSaysHowFullItIs() {
    client(builder -> builder.queue(100, 1_000));
    CompletableFuture<Receipt> small = say("x".repeat(300));
    assertThat(unsent(say("x".repeat(800)))).isInstanceOf(Talk.Said.class);
    CompletableFuture<Receipt> other = say("x".repeat(300));
    QueueStatus status = client.queueStatus();
    assertThat(status.waiting()).isEqualTo(2);
    assertThat(status.bytes()).isBetween(800L, 1_000L);
    assertThat(status.full()).isFalse();
    await().until(() -> client.queueStatus().oldest().compareTo(Duration.ofMillis(20)) > 0);
    assertThat(small).isNotDone();
    assertThat(other).isNotDone();
    client.forceClose();
    assertThat(client.queueStatus().size()).isZero();
    assertThat(unsent(small)).isEqualTo(new Talk.Said("x".repeat(300)));
  }

  @Test
  void whatHasWaitedTooLongIsGivenBack() {
    client(builder -> builder.queueAge(Duration.ofMillis(50)));
    assertThat(unsent(say("late"))).isEqualTo(new Talk.Said("late"));
    assertThat(client.queueStatus().size()).isZero();
  }

  @Test
  void aCallerWaitsForRoomAndGoesOnInOrder() {
    client(builder -> builder.queue(2, 1_000_000).whenQueueFull(WhenFull.BLOCK));
    CompletableFuture<String> done = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < 10; i++) {
                CompletableFuture<Receipt> unused = say("m" + i);
              }
              done.complete("said");
            });
    await()
        .until(() ->
            caller.getState() == Thread.State.WAITING
                || caller.getState() == Thread.State.TIMED_WAITING);
    await().until(() -> client.queueStatus().full());
    Peer.Line line = connect();
    for (int i = 0; i < 10; i++) {
      JsonNode chat = line.hear("chat");
      assertThat(said(chat)).isEqualTo("m" + i);
      line.ack(chat, i + 1);
    }
    assertThat(done.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo("said");
  }

  @Test
  void onlyWhatIsCountedAtTheGateTakesUpRoom() {
    client(builder -> builder.queue(1, 1_000_000).whenQueueFull(WhenFull.BLOCK));
    Peer.Line line = connect();
    CompletableFuture<Room<Talk>> joining =
        client.joinAsync("general", Join.DEFAULT).toCompletableFuture();
    line.joined(line.hear("join_room"), 0);
    CompletableFuture<Void> leaving =
        joining.orTimeout(20, TimeUnit.SECONDS).join().leaveAsync().toCompletableFuture();
    line.hear("leave_room");
    CompletableFuture<Receipt> saying = say("a leave is no message");
    JsonNode chat = line.hear("chat");
    assertThat(client.queueStatus().full()).isTrue();
    line.ack(chat, 1);
    assertThat(saying.orTimeout(20, TimeUnit.SECONDS).join().seq()).isEqualTo(1);
    assertThat(leaving).isNotDone();
  }

  @Test
  void aCallerThatWaitsForRoomEndsWithTheClientTheInterruptOrTheTimeout() throws Exception {
    client(builder ->
        builder
            .queue(1, 1_000_000)
            .whenQueueFull(WhenFull.BLOCK)
            .requestTimeout(Duration.ofMillis(100)));
    CompletableFuture<Receipt> first = say("first");
    assertThatThrownBy(() -> client.everyone().publish(new Talk.Said("timeout")))
        .isInstanceOf(UnsentException.class)
        .hasMessage("queue: full (expected: room in time)");
    CompletableFuture<CompletableFuture<Receipt>> interrupted = new CompletableFuture<>();
    Thread caller = Thread.ofVirtual().start(() -> interrupted.complete(say("interrupted")));
    caller.interrupt();
    assertThat(unsent(interrupted.get(5, TimeUnit.SECONDS)))
        .isEqualTo(new Talk.Said("interrupted"));
    CompletableFuture<CompletableFuture<Receipt>> ended = new CompletableFuture<>();
    Thread other = Thread.ofVirtual().start(() -> ended.complete(say("ended")));
    await().until(() -> other.getState() != Thread.State.RUNNABLE);
    client.forceClose();
    assertThat(unsent(ended.get(5, TimeUnit.SECONDS))).isEqualTo(new Talk.Said("ended"));
    assertThat(unsent(first)).isEqualTo(new Talk.Said("first"));
  }

  @Test
  void aHandlerThatWaitsForRoomDoesNotWaitForEver() {
    client(builder ->
        builder
            .queue(1, 1_000_000)
            .whenQueueFull(WhenFull.BLOCK)
            .requestTimeout(Duration.ofMillis(100)));
    CompletableFuture<Object> refused = new CompletableFuture<>();
    client.on(
        Talk.Said.class,
        event -> {
          CompletableFuture<Receipt> first = say("first");
          refused.complete(unsent(say("second")));
          assertThat(first).isNotDone();
        });
    Peer.Line line = connect();
    line.say(
        "{'type':'chat','everyone':true,'seq':1,'from':'bob','timestamp':1,'data':{'message':'hi'}}");
    assertThat(refused.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(new Talk.Said("second"));
  }

  @Test
  void aJoinIsNotHeldUpByAFullQueue() {
    client(builder -> builder.queue(1, 1_000_000));
    CompletableFuture<Receipt> waits = say("waits");
    CompletableFuture<Room<Talk>> joining =
        client.joinAsync("general", Join.DEFAULT).toCompletableFuture();
    Peer.Line line = connect();
    line.joined(line.hear("join_room"), 0);
    joining.orTimeout(20, TimeUnit.SECONDS).join();
    line.ack(line.hear("chat"), 1);
    waits.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  void aBatchIsHeldBackUntilItIsCompleteOrFlushed() {
    client(builder -> builder.batching(3, Duration.ofHours(1)));
    Peer.Line line = connect();
    CompletableFuture<Receipt> a = say("a");
    CompletableFuture<Receipt> b = say("b");
    assertThat(client.queueStatus().waiting()).isEqualTo(2);
    CompletableFuture<Receipt> c = say("c");
    Stream.of("a", "b", "c").forEach(each -> line.ack(line.hear("chat"), 1));
    CompletableFuture.allOf(a, b, c).orTimeout(20, TimeUnit.SECONDS).join();
    CompletableFuture<Receipt> d = say("d");
    CompletableFuture<Void> flushed = client.flush().toCompletableFuture();
    JsonNode last = line.hear("chat");
    assertThat(flushed).isNotDone();
    line.ack(last, 4);
    flushed.orTimeout(20, TimeUnit.SECONDS).join();
    assertThat(d.orTimeout(20, TimeUnit.SECONDS).join().seq()).isEqualTo(4);
  }

  @Test
  void anIntervalEndsABatchToo() {
    client(builder -> builder.batching(1_000, Duration.ofMillis(30)));
    Peer.Line line = connect();
    CompletableFuture<Receipt> saying = say("a");
    line.ack(line.hear("chat"), 1);
    saying.orTimeout(20, TimeUnit.SECONDS).join();
  }
}
