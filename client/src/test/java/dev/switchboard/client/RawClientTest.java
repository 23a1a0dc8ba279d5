package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.TypeName;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.RawPeer;
import dev.switchboard.server.Server;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Clients of a server that speaks no protocol of ours, over real sockets. */
@Tag("A21")
class RawClientTest {
  private static final JsonMapper JSON = new JsonMapper();

  private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
  private Server server = serve(0);

  sealed interface Foreign {
    @TypeName("chatMessage")
    record ChatMessage(String text) implements Foreign {}

    @TypeName("error")
    record Problem(int code) implements Foreign {}

    record Empty() implements Foreign {}

    record Search(String text, Optional<Integer> page, List<Optional<Integer>> more)
        implements Foreign {}
  }

  record Typed(String type) {}

  private static void echo(CompletionStage<Void> sent) {
    assertThat(sent).isNotNull();
  }

  private Server serve(int port) {
    RawEndpoint echo =
        RawEndpoint.create()
            .onText((peer, text) -> {
              heard.add(text);
              echo(peer.send(text));
            })
            .onBinary((peer, bytes) -> {
              heard.add(ByteBuffer.wrap(bytes));
              echo(peer.send(bytes));
            });
    return Server.builder().host("127.0.0.1").port(port).endpoint("/raw", echo).start();
  }

  private String uri() {
    return "ws://127.0.0.1:" + server.port() + "/raw";
  }

  private Object next() throws InterruptedException {
    return next(heard);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(5, TimeUnit.SECONDS);
    assertThat(next).as("nothing came within 5 s").isNotNull();
    return next;
  }

  @AfterEach
  void nothingIsLeft() {
    server.close();
    assertThat(SharedLoops.users()).isZero();
  }

  @Test
  @Tag("A4")
  @Tag("A5")
  void textJsonAndBytesGoOutAndAreToldApartWhenTheyComeBack() throws Exception {
    try (RawClient client = Client.raw().build(uri())) {
      BlockingQueue<Object> back = new LinkedBlockingQueue<>();
      client.onText(text -> back.add("text " + text));
      client.onJson(json -> back.add("json " + json.path("n").asInt(0)));
      client.onBinary(bytes -> back.add("bytes " + bytes.length));
      client.connect();
      client.send("hello");
      client.send(JSON.readTree("{\"n\":7}"));
      client.send(new byte[] {1, 2, 3});
      client.send(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 1, 2));
      List<Object> all = new ArrayList<>();
      while (all.size() < 5) {
        all.add(next(back));
      }
      assertThat(all)
          .containsExactly("text hello", "text {\"n\":7}", "json 7", "bytes 3", "bytes 2");
      assertThat(heard).contains(ByteBuffer.wrap(new byte[] {2, 3}));
    }
  }

  @Test
  @Tag("A5")
  void messagesCanBeHeardOncePulledAndPublished() {
    try (RawClient client = Client.raw().connect(uri());
        Messages<RawMessage> messages = client.rawMessages()) {
      List<RawMessage> once = new CopyOnWriteArrayList<>();
      CompletableFuture<List<RawMessage>> published = new CompletableFuture<>();
      client.onceRaw(once::add);
      client.rawPublisher().subscribe(new Collecting(2, published));
      client.send("one");
      client.send("two");
      List<RawMessage> both = List.of(new RawMessage.Text("one"), new RawMessage.Text("two"));
      assertThat(List.of(messages.take(), messages.take())).isEqualTo(both);
      assertThat(published).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(both);
      assertThat(once).isEqualTo(both.subList(0, 1));
    }
  }

  /** Completes a future with so many messages. */
  private static final class Collecting implements Flow.Subscriber<RawMessage> {
    private final int count;
    private final CompletableFuture<List<RawMessage>> all;
    private final List<RawMessage> got = new CopyOnWriteArrayList<>();

    Collecting(int count, CompletableFuture<List<RawMessage>> all) {
      this.count = count;
      this.all = all;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(count);
    }

    @Override
    public void onNext(RawMessage message) {
      got.add(message);
      if (got.size() == count) {
        all.complete(List.copyOf(got));
      }
    }

    @Override
    public void onError(Throwable failure) {
      all.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      all.complete(List.copyOf(got));
    }
  }

  @Test
  void thePlainFormIsTypeDataAndTime() throws Exception {
    try (PlainClient<Foreign> client = Client.of(Foreign.class, MessageFormat.PLAIN).build(uri())) {
      BlockingQueue<MessageEvent<Foreign.ChatMessage>> said = new LinkedBlockingQueue<>();
      client.on(Foreign.ChatMessage.class, said::add);
      client.connect();
      Instant before = Instant.now().minusMillis(1);
      client.send(new Foreign.ChatMessage("hi"));
      assertThat((String) next())
          .matches("\\{\"type\":\"chatMessage\",\"data\":\\{\"text\":\"hi\"},\"timestamp\":\\d+}");
      MessageEvent<Foreign.ChatMessage> event = next(said);
      assertThat(event.message()).isEqualTo(new Foreign.ChatMessage("hi"));
      assertThat(event.type()).isEqualTo("chatMessage");
      assertThat(event.timestamp()).isBetween(before, Instant.now());
      assertThat(event.seq()).isZero();
    }
  }

  @Test
  void theFlatFormHasItsFieldsBesideTheType() throws Exception {
    try (PlainClient<Foreign> client = Client.of(Foreign.class, MessageFormat.FLAT).build(uri())) {
      BlockingQueue<Object> said = new LinkedBlockingQueue<>();
      client.on(event -> said.add(event.message()));
      client.connect();
      client.send(new Foreign.Problem(3));
      client.send(new Foreign.Empty());
      assertThat(next()).isEqualTo("{\"type\":\"error\",\"code\":3}");
      assertThat(next()).isEqualTo("{\"type\":\"empty\"}");
      assertThat(next(said)).isEqualTo(new Foreign.Problem(3));
      assertThat(next(said)).isEqualTo(new Foreign.Empty());
    }
  }

  @Test
  void anEmptyOptionalIsLeftOutAsNullMayMeanSomethingElseThere() throws Exception {
    try (PlainClient<Foreign> client = Client.of(Foreign.class, MessageFormat.FLAT).build(uri())) {
      BlockingQueue<Foreign> back = new LinkedBlockingQueue<>();
      client.on(event -> back.add(event.message()));
      client.connect();
      Foreign.Search none = new Foreign.Search("a", Optional.empty(), List.of(Optional.empty()));
      client.send(none);
      assertThat(next()).isEqualTo("{\"type\":\"search\",\"text\":\"a\",\"more\":[null]}");
      assertThat(next(back)).isEqualTo(none);
      client.send(new Foreign.Search("a", Optional.of(2), List.of()));
      assertThat(next()).isEqualTo("{\"type\":\"search\",\"text\":\"a\",\"page\":2,\"more\":[]}");
    }
  }

  @Test
  void theFlatFormRefusesWhatItCannotCarry() {
    assertThatThrownBy(() -> Client.of(Typed.class, MessageFormat.FLAT))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("component type");
    try (PlainClient<Foreign> client = Client.of(Foreign.class, MessageFormat.FLAT).build(uri())) {
      assertThatThrownBy(() -> client.send("any", 5)).hasMessageContaining("not a JSON object");
    }
  }

  @Test
  @Tag("A4")
  @Tag("A14")
  void dataUnderATypesNameIsCheckedIfTheTypeIsKnown() throws Exception {
    try (PlainClient<Foreign> client =
        Client.of(Foreign.class, MessageFormat.PLAIN).connect(uri())) {
      client.send("anything", List.of(1, 2));
      assertThat((String) next()).startsWith("{\"type\":\"anything\",\"data\":[1,2],");
      client.send("chatMessage", Map.of("text", "hi"));
      assertThat((String) next()).contains("\"data\":{\"text\":\"hi\"}");
      assertThatThrownBy(() -> client.send("chatMessage", Map.of("text", 5)))
          .isInstanceOf(InvalidMessageException.class)
          .hasMessageContaining("data.text");
    }
  }

  @Test
  @Tag("A14")
  void whatIsNotOfAKnownTypeReachesTheRawHandlersAndWhatIsInvalidAnEvent() throws Exception {
    try (PlainClient<Foreign> client = Client.of(Foreign.class, MessageFormat.PLAIN).build(uri())) {
      BlockingQueue<Object> typed = new LinkedBlockingQueue<>();
      BlockingQueue<String> texts = new LinkedBlockingQueue<>();
      BlockingQueue<ClientEvent.ValidationError> invalid = new LinkedBlockingQueue<>();
      client.on(event -> typed.add(event.message()));
      client.onText(texts::add);
      client.events(ClientEvent.ValidationError.class, invalid::add);
      client.connect();
      client.send("just text");
      client.send("{\"type\":\"other\"}");
      client.send("{\"type\":\"error\",\"data\":{\"code\":\"x\"}}");
      assertThat(next(texts)).isEqualTo("just text");
      assertThat(next(texts)).isEqualTo("{\"type\":\"other\"}");
      assertThat(next(invalid).error().path()).isEqualTo("data.code");
      assertThat(typed).isEmpty();
    }
  }

  @Test
  @Tag("A18")
  @Tag("A8")
  void whatIsSentWithoutAConnectionGoesOutInOrderOnTheNext() throws Exception {
    int port = server.port();
    try (RawClient client =
        Client.raw().reconnect(Reconnect.fixed(Duration.ofMillis(30))).connect(uri())) {
      List<Class<?>> events = new CopyOnWriteArrayList<>();
      client.events(event -> events.add(event.getClass()));
      server.close();
      await().until(() -> client.state() == ConnectionState.WAITING);
      List<CompletionStage<Void>> sends = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        sends.add(client.sendAsync("m" + i));
      }
      heard.clear();
      server = serve(port);
      for (int i = 0; i < 20; i++) {
        assertThat(next()).isEqualTo("m" + i);
        sends.get(i).toCompletableFuture().get(5, TimeUnit.SECONDS);
      }
      await()
          .untilAsserted(() ->
              assertThat(events)
                  .containsSubsequence(
                      ClientEvent.Closed.class,
                      ClientEvent.ReconnectAttempt.class,
                      ClientEvent.Opened.class,
                      ClientEvent.ReconnectSuccess.class));
    }
  }

  @Test
  @Tag("A4")
  void aRefusedSendHoldsTheMessage() {
    try (RawClient client =
        Client.raw().requestTimeout(Duration.ofMillis(100)).queue(1, 1_000).build(uri())) {
      assertThatThrownBy(() -> client.send("waits too long"))
          .isInstanceOfSatisfying(
              UnsentException.class,
              unsent -> assertThat(unsent.unsent()).isEqualTo("waits too long"));
      byte[] big = new byte[2_000];
      assertThatThrownBy(() -> client.send(big))
          .isInstanceOfSatisfying(
              UnsentException.class, unsent -> assertThat(unsent.unsent()).isSameAs(big));
    }
  }

  @Test
  @Tag("A9")
  void itAsksInWordsTheServerKnows() throws Exception {
    try (RawClient client =
        Client.raw()
            .heartbeat(Duration.ofMillis(50), Duration.ofSeconds(5))
            .heartbeatMessages("are you there?")
            .build(uri())) {
      BlockingQueue<ClientEvent.Heartbeat> beats = new LinkedBlockingQueue<>();
      client.events(ClientEvent.Heartbeat.class, beats::add);
      client.connect();
      assertThat(next()).isEqualTo("are you there?");
      assertThat(next(beats).roundTrip()).isLessThan(Duration.ofSeconds(5));
    }
    assertThatThrownBy(() -> Client.of(Foreign.ChatMessage.class).heartbeatMessages("x"))
        .isInstanceOf(DefinitionException.class);
    assertThatThrownBy(() -> Client.of(Talk.class).heartbeatMessages("x"))
        .hasMessageContaining("a server other than Switchboard");
  }

  @Test
  void aClientOfAnotherServerOffersNoSubprotocolUnlessAsked() throws Exception {
    BlockingQueue<RawPeer> peers = new LinkedBlockingQueue<>();
    RawEndpoint choosing = RawEndpoint.create().subprotocols("b", "a").onOpen(peers::add);
    try (Server other =
        Server.builder().host("127.0.0.1").port(0).endpoint("/raw", choosing).start()) {
      String there = "ws://127.0.0.1:" + other.port() + "/raw";
      try (RawClient client = Client.raw().connect(there)) {
        assertThat(client.isConnected()).isTrue();
        assertThat(next(peers).request().headers().first("Sec-WebSocket-Protocol")).isNull();
      }
      try (RawClient client = Client.raw().subprotocols("a").connect(there)) {
        assertThat(client.isConnected()).isTrue();
        assertThat(next(peers).request().headers().first("Sec-WebSocket-Protocol")).isEqualTo("a");
      }
    }
  }
}
