package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an open client says and hears, over real sockets. */
@Tag("A3")
class ConversationTest {
  private final Peer peer = new Peer();
  private final Client<Talk> client =
      Client.of(Talk.class)
          .requestTimeout(Duration.ofSeconds(2))
          .reconnect(Reconnect.fixed(Duration.ofMillis(20)))
          .build(peer.uri());
  private Peer.Line line;

  @BeforeEach
  void connect() {
    CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
    line = peer.welcome();
    opening.orTimeout(5, TimeUnit.SECONDS).join();
  }

  @AfterEach
  void nothingIsLeft() {
    client.forceClose();
    peer.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private Room<Talk> join() {
    CompletableFuture<Room<Talk>> joining =
        client.joinAsync("general", Join.DEFAULT).toCompletableFuture();
    line.joined(line.hear("join_room"), 0);
    return joining.join();
  }

  private static <T> CompletableFuture<T> away(java.util.function.Supplier<T> blocking) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread unused =
        Thread.ofVirtual()
            .start(() -> {
              try {
                result.complete(blocking.get());
              } catch (RuntimeException failed) {
                result.completeExceptionally(failed);
              }
            });
    return result;
  }

  @Test
  void publishReturnsWhenTheServerHasIt() {
    Room<Talk> general = join();
    CompletableFuture<Receipt> publishing = away(() -> general.publish(new Talk.Said("hi")));
    JsonNode chat = line.hear("chat");
    assertThat(chat.get("room").stringValue()).isEqualTo("general");
    assertThat(chat.get("data").get("message").stringValue()).isEqualTo("hi");
    assertThat(chat.get("messageId").stringValue())
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    assertThat(publishing).isNotDone();
    line.ack(chat, 42);
    Receipt receipt = publishing.join();
    assertThat(receipt.seq()).isEqualTo(42);
    assertThat(receipt.messageId()).isEqualTo(chat.get("messageId").stringValue());
  }

  @Test
  void aRefusalIsAnExceptionWithItsCode() {
    CompletableFuture<Receipt> publishing =
        client.everyone().publishAsync(new Talk.Said("hi")).toCompletableFuture();
    JsonNode chat = line.hear("chat");
    assertThat(chat.get("everyone").booleanValue()).isTrue();
    line.say(
        "{'type':'error','re':%s,'code':'rate_limited','message':'slow down','retryable':true,'details':{'retryAfter':500}}"
            .formatted(chat.get("id")));
    assertThatThrownBy(publishing::join)
        .cause()
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
              assertThat(refused.retryable()).isTrue();
              assertThat(refused.details()).containsEntry("retryAfter", 500L);
            });
  }

  @Test
  @Tag("A13")
  void aMessageGoesToAUserOrToSeveralRooms() {
    CompletableFuture<Receipt> direct =
        away(() -> client.inbox("bob").publish(new Talk.Said("psst")));
    JsonNode one = line.hear("chat");
    assertThat(one.get("user").stringValue()).isEqualTo("bob");
    line.ack(one, 1);
    assertThat(direct.join().seq()).isEqualTo(1);

    CompletableFuture<Receipt> several =
        away(() -> client.publish(List.of("a", "b"), new Talk.Said("all")));
    JsonNode two = line.hear("chat");
    assertThat(two.get("rooms").valueStream().map(JsonNode::stringValue)).containsExactly("a", "b");
    line.say("{'type':'ack','re':%s,'seqs':{'a':3,'b':9}}".formatted(two.get("id")));
    assertThat(several.join().seqs()).containsEntry("a", 3L).containsEntry("b", 9L);
  }

  @Test
  @Tag("A5")
  void everyHandlerGetsWhatItAskedForInOrder() {
    Room<Talk> general = join();
    List<String> heard = new CopyOnWriteArrayList<>();
    client.on(event -> {
      String what =
          switch (event.message()) {
            case Talk.Said said -> "said " + said.message();
            case Talk.Typing typing -> "typing " + typing.on();
            case Talk.Cursor cursor -> "cursor " + cursor.at();
            case Talk.Ask ask -> "ask";
            case Talk.Note note -> "note";
          };
      heard.add(what);
    });
    client.on(Talk.Said.class, event -> heard.add("class " + event.message().message()));
    client.on("typing", event -> heard.add("name " + event.type()));
    client.once(Talk.Said.class, event -> heard.add("once " + event.seq()));
    general.on(event -> heard.add("room " + event.room()));
    Subscription closed = client.on(event -> heard.add("never"));
    closed.close();
    line.entry("general", 1, "chat", "{'message':'a'}");
    line.say(
        "{'type':'typing','room':'general','fleeting':true,'from':'bob','timestamp':5,'data':{'on':true}}");
    line.entry("general", 2, "chat", "{'message':'b'}");
    await()
        .untilAsserted(() ->
            assertThat(heard)
                .containsExactly(
                    "said a",
                    "class a",
                    "once 1",
                    "room general",
                    "typing true",
                    "name typing",
                    "room general",
                    "said b",
                    "class b",
                    "room general"));
  }

  @Test
  @Tag("A5")
  void anEventTellsWhereItComesFrom() {
    join();
    CompletableFuture<MessageEvent<Talk.Said>> heard = new CompletableFuture<>();
    client.on(Talk.Said.class, heard::complete);
    line.entry("general", 3, "chat", "{'message':'a'}");
    assertThat(heard.orTimeout(5, TimeUnit.SECONDS).join())
        .isEqualTo(
            new MessageEvent<>(
                new Talk.Said("a"),
                "chat",
                Address.room("general"),
                3,
                "bob",
                Instant.ofEpochMilli(1_003),
                null));
  }

  @Test
  @Tag("A10")
  void whatAHandlerThrowsIsAnEventAndNothingElse() {
    join();
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    List<Long> seqs = new CopyOnWriteArrayList<>();
    client.events(ClientEvent.Failed.class, event -> errors.add(event.cause()));
    client.events(
        ClientEvent.Failed.class,
        event -> {
          throw new IllegalStateException("again");
        });
    client.on(event -> {
      throw new IllegalStateException("seq " + event.seq());
    });
    client.on(event -> seqs.add(event.seq()));
    line.entry("general", 1, "chat", "{'message':'a'}");
    line.entry("general", 2, "chat", "{'message':'a'}");
    await().until(() -> seqs.equals(List.of(1L, 2L)));
    assertThat(errors).extracting(Throwable::getMessage).containsExactly("seq 1", "seq 2");
    assertThat(client.isConnected()).isTrue();
  }

  @Test
  @Tag("A14")
  void aMessageThatBreaksARuleReachesNoHandler() {
    join();
    List<ClientEvent.ValidationError> invalid = new CopyOnWriteArrayList<>();
    List<Long> seqs = new CopyOnWriteArrayList<>();
    client.events(ClientEvent.ValidationError.class, invalid::add);
    client.on(event -> seqs.add(event.seq()));
    line.entry("general", 1, "chat", "{'message':7}");
    line.entry("general", 2, "nobody_knows", "{}");
    line.entry("general", 3, "chat", "{'message':'ok'}");
    await().until(() -> seqs.equals(List.of(3L)));
    assertThat(invalid).hasSize(1);
    assertThat(invalid.get(0).error().path()).isEqualTo("data.message");
    assertThat(invalid.get(0).data()).isEqualTo("{\"message\":7}");
  }

  @Test
  @Tag("A14")
  @SuppressWarnings("NullAway") // the point of it
  void anInvalidMessageIsRefusedBeforeTheWire() {
    Room<Talk> general = join();
    assertThatThrownBy(() -> general.publish(new Talk.Said(null)))
        .isInstanceOf(InvalidMessageException.class);
    general.fleeting(new Talk.Typing(true));
    line.hear("typing");
  }

  @Test
  @Tag("D1")
  void aRequestHasATypedReply() {
    CompletableFuture<Talk.Answer> answer = away(() -> client.request(new Talk.Ask(1)));
    JsonNode ask = line.hear("ask");
    line.say("{'type':'answer','re':%s,'data':{'n':2}}".formatted(ask.get("id")));
    assertThat(answer.join()).isEqualTo(new Talk.Answer(2));
  }

  @Test
  @Tag("D1")
  void aRequestWithoutAReplyEndsInTime() {
    assertThatThrownBy(() -> client.request(new Talk.Ask(1)))
        .isInstanceOfSatisfying(
            RefusedException.class, late -> assertThat(late.code()).isEqualTo(ErrorCode.TIMEOUT));
  }

  @Test
  void sendReturnsWhenTheHandlerIsDone() {
    List<CompletionStage<Void>> all =
        List.of(
            client.sendAsync(new Talk.Note("n")),
            client.sendAsync("note", Map.of("text", "n")),
            client.sendAsync("unheard_of", Map.of("text", "n")));
    for (CompletionStage<Void> each : all) {
      CompletableFuture<Void> sent = each.toCompletableFuture();
      JsonNode note = line.hear();
      assertThat(note.get("data").get("text").stringValue()).isEqualTo("n");
      assertThat(note.has("room")).isFalse();
      assertThat(sent).isNotDone();
      line.say("{'type':'ack','re':%s}".formatted(note.get("id")));
      assertThat(sent).succeedsWithin(Duration.ofSeconds(5));
    }
  }

  @Test
  @Tag("C4")
  void aPageOfHistoryIsTyped() {
    Room<Talk> general = join();
    CompletableFuture<History<Talk>> page = away(() -> general.history(10, 2));
    JsonNode ask = line.hear("history");
    assertThat(ask.get("before").longValue()).isEqualTo(10);
    line.say(
        "{'type':'history','re':%s,'room':'general','epoch':'e','seq':12,'messages':[{'type':'chat','room':'general','seq':8,'from':'bob','timestamp':1,'data':{'message':'x'}},{'type':'other','room':'general','seq':9,'from':'bob','timestamp':1}],'more':true}"
            .formatted(ask.get("id")));
    History<Talk> history = page.join();
    assertThat(history.more()).isTrue();
    assertThat(history.seq()).isEqualTo(12);
    assertThat(history.first()).isEqualTo(8);
    assertThat(history.last()).isEqualTo(9); // of a type that is not known here
    assertThat(history.messages()).hasSize(1);
    assertThat(history.messages().get(0).message()).isEqualTo(new Talk.Said("x"));
  }

  @Test
  void aBlockingCallCanBeInterrupted() {
    CountDownLatch interrupted = new CountDownLatch(1);
    Room<Talk> general = join();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                general.publish(new Talk.Said("hi"));
              } catch (RefusedException refused) {
                if (Thread.currentThread().isInterrupted()) {
                  interrupted.countDown();
                }
              }
            });
    line.hear("chat");
    caller.interrupt();
    await().until(() -> interrupted.getCount() == 0);
  }

  @Test
  void continuationsNeverRunOnTheLoop() {
    CompletableFuture<String> thread =
        client
            .everyone()
            .publishAsync(new Talk.Said("hi"))
            .thenApply(receipt -> Thread.currentThread().getName())
            .toCompletableFuture();
    line.ack(line.hear("chat"), 1);
    assertThat(thread.orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo("switchboard-completion");
  }

  @Test
  void aHandlerMayCallTheClient() {
    Room<Talk> general = join();
    CompletableFuture<Long> published = new CompletableFuture<>();
    client.on(event -> published.complete(general.publish(new Talk.Said("back")).seq()));
    line.entry("general", 1, "chat", "{'message':'a'}");
    line.ack(line.hear("chat"), 2);
    assertThat(published.orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo(2);
  }

  @Test
  @Tag("B10")
  void aHandlerThatFallsBehindStopsTheReadingAndLosesNothing() {
    join();
    CountDownLatch go = new CountDownLatch(1);
    List<Long> seqs = new CopyOnWriteArrayList<>();
    AtomicInteger running = new AtomicInteger();
    client.on(event -> {
      assertThat(running.incrementAndGet()).isEqualTo(1);
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      seqs.add(event.seq());
      running.decrementAndGet();
    });
    String large = "{'message':'" + "x".repeat(50_000) + "'}";
    for (long seq = 1; seq <= 400; seq++) {
      line.entry("general", seq, "chat", large);
    }
    await()
        .during(Duration.ofMillis(300))
        .until(() -> {
          CompletableFuture<Long> now = new CompletableFuture<>();
          line.act(open -> now.complete(open.pendingBytes()));
          return now.join() > 2_000_000;
        });
    go.countDown();
    await().until(() -> seqs.size() == 400);
    assertThat(seqs).isEqualTo(LongStream.rangeClosed(1, 400).boxed().toList());
  }

  @Test
  void aHandlerThatWaitsForTheServerIsAnsweredAlthoughMuchWaits() {
    Room<Talk> general = join();
    CompletableFuture<Long> published = new CompletableFuture<>();
    AtomicInteger count = new AtomicInteger();
    client.on(event -> {
      if (count.incrementAndGet() == 1) {
        published.complete(general.publish(new Talk.Said("back")).seq());
      }
    });
    for (long seq = 1; seq <= 2_000; seq++) {
      line.entry("general", seq, "chat", "{'message':'a'}");
    }
    line.ack(line.hear("chat"), 2_001);
    assertThat(published.orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo(2_001);
    await().until(() -> count.get() == 2_000);
  }

  @Test
  @Tag("A8")
  void aLostConnectionIsReplacedAndTheSessionGoesOn() {
    Room<Talk> general = join();
    List<String> events = new CopyOnWriteArrayList<>();
    client.events(event -> events.add(event.getClass().getSimpleName()));
    CompletableFuture<Long> first = new CompletableFuture<>();
    client.on(event -> first.complete(event.seq()));
    line.entry("general", 1, "chat", "{'message':'a'}");
    assertThat(first.orTimeout(5, TimeUnit.SECONDS).join())
        .isEqualTo(1); // or the drop overtakes it
    CompletableFuture<Receipt> publishing =
        general.publishAsync(new Talk.Said("hi")).toCompletableFuture();
    String name = line.hear("chat").get("messageId").stringValue();
    line.drop();
    Peer.Line second = peer.accept();
    JsonNode resume = second.hear("resume");
    assertThat(resume.get("session").stringValue()).isEqualTo("s1");
    assertThat(resume.get("secret").stringValue()).isEqualTo("k1");
    assertThat(resume.get("logs").get(0).get("seq").longValue()).isEqualTo(1);
    second.say(
        "{'type':'resumed','re':%s,'session':'s1','user':'ann','logs':[{'room':'general','epoch':'e','seq':1,'recovered':true}]}"
            .formatted(resume.get("id")));
    JsonNode again = second.hear("chat");
    assertThat(again.get("messageId").stringValue()).isEqualTo(name);
    second.ack(again, 2);
    assertThat(publishing.join().seq()).isEqualTo(2);
    await()
        .untilAsserted(() ->
            assertThat(events)
                .endsWith("Closed", "ReconnectAttempt", "Opened", "ReconnectSuccess"));
    assertThat(client.rooms()).containsExactly("general");
  }

  @Test
  @Tag("A8")
  void aFinalCloseEndsIt() {
    List<ClientEvent> events = new CopyOnWriteArrayList<>();
    client.events(events::add);
    CompletableFuture<Receipt> publishing =
        client.everyone().publishAsync(new Talk.Said("hi")).toCompletableFuture();
    line.hear("chat");
    line.act(open -> open.close(4505, "banned"));
    assertThatThrownBy(publishing::join).isInstanceOf(CompletionException.class);
    await().until(() -> client.state() == ConnectionState.CLOSED);
    await()
        .untilAsserted(
            () -> assertThat(events).endsWith(new ClientEvent.Closed(4505, "banned", true)));
    assertThat(peer.quiet()).isTrue();
    client.reconnect();
    assertThat(peer.accept().hear("resume")).isNotNull();
  }

  @Test
  @Tag("A18")
  void whatIsPublishedWhileThereIsNoConnectionWaits() {
    peer.refuse(dev.switchboard.transport.HttpResponse.text(503, "later"));
    line.drop();
    await().until(() -> !client.isConnected());
    List<CompletableFuture<Receipt>> receipts =
        IntStream.range(0, 100)
            .mapToObj(
                i -> client.everyone().publishAsync(new Talk.Said("m" + i)).toCompletableFuture())
            .toList();
    assertThatThrownBy(() -> client.request(new Talk.Ask(1))).isInstanceOf(UnsentException.class);
    peer.refuse(null);
    Peer.Line second = peer.accept();
    JsonNode resume = second.hear("resume");
    second.say(
        "{'type':'resumed','re':%s,'session':'s1','user':'ann','logs':[]}"
            .formatted(resume.get("id")));
    for (int i = 0; i < 100; i++) {
      JsonNode chat = second.hear("chat");
      assertThat(chat.get("data").get("message").stringValue()).isEqualTo("m" + i);
      second.ack(chat, i + 1);
    }
    receipts.forEach(one -> assertThat(one).succeedsWithin(Duration.ofSeconds(5)));
  }

  @Test
  @Tag("A13")
  void whatIsPublishedWithoutEchoSaysSo() {
    CompletableFuture<Receipt> publishing =
        client.everyone().withoutEcho().publishAsync(new Talk.Said("hi")).toCompletableFuture();
    JsonNode chat = line.hear("chat");
    assertThat(chat.get("echo").booleanValue()).isFalse();
    line.ack(chat, 1);
    assertThat(publishing.orTimeout(5, TimeUnit.SECONDS).join().seq()).isEqualTo(1);
  }

  @Test
  void whatNobodyAcknowledgesIsRefusedAtOnceWithTheNameOfTheRightVerb() {
    Room<Talk> general = join();
    List<Runnable> attempts =
        List.of(
            () -> general.publish(new Talk.Typing(true)),
            () -> general.publishAsync(new Talk.Typing(true)),
            () -> general.publish("typing", Map.of("on", true)),
            () -> general.enqueue(new Talk.Typing(true)),
            () -> client.inbox("bob").publish(new Talk.Typing(true)),
            () -> client.publish(List.of("a", "b"), new Talk.Typing(true)),
            () -> client.publishAsync(List.of("a", "b"), new Talk.Typing(true)),
            () -> client.send(new Talk.Typing(true)),
            () -> client.sendAsync(new Talk.Typing(true)),
            () -> client.send("typing", Map.of("on", true)));
    for (Runnable attempt : attempts) {
      assertThatThrownBy(attempt::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "type: typing is fleeting (expected: fleeting, because nobody acknowledges it)");
    }
    assertThat(client.queueStatus().onTheWay()).isZero();
    assertThat(client.statistics().sent().messages()).isEqualTo(1); // the join
  }

  @Test
  void whatMustNotBeLostIsRefusedAtOnceWithTheNameOfTheRightVerb() {
    Room<Talk> general = join();
    refusesToLose("publish", () -> general.fleeting(new Talk.Said("hi")));
    refusesToLose("publish", () -> general.fleeting("chat", Map.of("message", "hi")));
    refusesToLose("publish", () -> client.everyone().fleeting(new Talk.Said("hi")));
    refusesToLose("send", () -> client.fleeting(new Talk.Said("hi")));
    refusesToLose("send", () -> client.fleeting("chat", Map.of("message", "hi")));
    assertThat(client.statistics().sent().messages()).isEqualTo(1); // the join
    general.fleeting("unheard_of", Map.of()); // the server knows whether it may
    assertThat(line.hear("unheard_of").get("fleeting").booleanValue()).isTrue();
  }

  private static void refusesToLose(String verb, ThrowingCallable attempt) {
    assertThatThrownBy(attempt)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type: chat is not fleeting (expected: %s, so that it can't be lost)", verb);
  }

  @Test
  @Tag("D1")
  void whatWaitsForTheServerHasATwinThatDoesNot() {
    CompletableFuture<Room<Talk>> joining = client.joinAsync("general").toCompletableFuture();
    line.joined(line.hear("join_room"), 0);
    Room<Talk> general = joining.orTimeout(5, TimeUnit.SECONDS).join();
    CompletableFuture<Talk.Answer> answer =
        client.requestAsync(new Talk.Ask(1)).toCompletableFuture();
    line.say("{'type':'answer','re':%s,'data':{'n':2}}".formatted(line.hear("ask").get("id")));
    assertThat(answer.orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo(new Talk.Answer(2));
    CompletableFuture<Receipt> several =
        client.publishAsync(List.of("a", "b"), new Talk.Said("hi")).toCompletableFuture();
    line.say("{'type':'ack','re':%s,'seqs':{'a':1,'b':2}}".formatted(line.hear("chat").get("id")));
    assertThat(several.orTimeout(5, TimeUnit.SECONDS).join().seqs())
        .isEqualTo(Map.of("a", 1L, "b", 2L));
    for (CompletionStage<List<String>> asked :
        List.of(client.usersAsync(), general.membersAsync())) {
      CompletableFuture<List<String>> names = asked.toCompletableFuture();
      line.say(
          "{'type':'user_list','re':%s,'members':['ann','bob'],'count':2}"
              .formatted(line.hear("user_list").get("id")));
      assertThat(names.orTimeout(5, TimeUnit.SECONDS).join()).containsExactly("ann", "bob");
    }
    CompletableFuture<History<Talk>> after = general.historyAfterAsync(7, 1).toCompletableFuture();
    JsonNode ask = line.hear("history");
    assertThat(ask.get("after").longValue()).isEqualTo(7);
    line.say(
        "{'type':'history','re':%s,'room':'general','epoch':'e','seq':7,'messages':[],'more':false}"
            .formatted(ask.get("id")));
    assertThat(after.orTimeout(5, TimeUnit.SECONDS).join().messages()).isEmpty();
  }
}
