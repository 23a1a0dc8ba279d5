package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.server.presence.MemoryPresence;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.PresenceStore;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** What a client of a typed endpoint says just before the end is answered before the end. */
@Tag("B2")
class LastMessagesTest {
  private static final String CHAT =
      "{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"last\"}}";

  /** How a client ends its connection, and what the server says after the answers. */
  enum End {
    CLOSE("closed by the server: 1000"),
    VIOLATION("closed by the server: 1002"),
    HALF("null");

    private final String answer;

    End(String answer) {
      this.answer = answer;
    }

    /** What is sent for it behind the last messages. */
    private byte[] bytes() {
      return switch (this) {
        case CLOSE -> Stranger.frame(Stranger.FIN | Stranger.CLOSE, new byte[] {3, (byte) 0xe8});
        case VIOLATION -> Stranger.frame(0xa1, new byte[0]);
        case HALF -> new byte[0];
      };
    }
  }

  private final Counted counted = new Counted();
  private final ManualClock clock = new ManualClock();
  private final CompletableFuture<@Nullable Void> committed = new CompletableFuture<>();

  /** Does at once what it is asked, and says so later. */
  private static <T> T late(
      Class<T> type, T inner, BiFunction<String, CompletionStage<?>, CompletionStage<?>> delayed) {
    return type.cast(
        Proxy.newProxyInstance(
            LastMessagesTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(inner, arguments);
                return result instanceof CompletionStage<?> stage
                    ? delayed.apply(method.getName(), stage)
                    : result;
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            }));
  }

  /** As over a network. */
  private static CompletionStage<?> late(String method, CompletionStage<?> stage) {
    var later = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);
    return stage.thenApplyAsync(done -> done, later);
  }

  private static Broker broker() {
    return new StoreBroker(new MemoryHistory(Clock.systemUTC()));
  }

  private static Server start(Endpoint<Talk> endpoint) {
    return Server.builder()
        .port(0)
        .broker(late(Broker.class, broker(), LastMessagesTest::late))
        .presence(late(PresenceStore.class, new MemoryPresence(), LastMessagesTest::late))
        .endpoint("/ws", endpoint)
        .start();
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void aMessageIsAcknowledgedIfItsCommitComesInTime(End end) throws Exception {
    try (Server server = start(Talk.endpoint())) {
      for (int i = 1; i <= 8; i++) {
        says(server.port(), end, List.of(CHAT), "ack");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void aMessageWithAHookIsAcknowledgedToo(End end) throws Exception {
    Endpoint<Talk> endpoint = Talk.endpoint().onPublish(Talk.Said.class, (said, publishing) -> {});
    try (Server server = start(endpoint)) {
      says(server.port(), end, List.of(CHAT, CHAT.replace("2", "3")), "ack", "ack");
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void aRequestIsReplied(End end) throws Exception {
    try (Server server = start(Talk.endpoint())) {
      says(server.port(), end, List.of("{\"type\":\"ask\",\"id\":2,\"data\":{\"n\":1}}"), "answer");
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void whateverStoresAreAskedForIsAnswered(End end) throws Exception {
    try (Server server = start(Talk.endpoint())) {
      says(
          server.port(),
          end,
          List.of(
              "{\"type\":\"history\",\"room\":\"r\",\"id\":2,\"limit\":5}",
              "{\"type\":\"user_list\",\"room\":\"r\",\"id\":3}",
              "{\"type\":\"user_status\",\"users\":[\"bob\"],\"id\":4}",
              "{\"type\":\"join_room\",\"room\":\"s\",\"id\":5}"),
          "history",
          "user_list",
          "user_status",
          "room_joined");
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void soIsAJoinThatAHookDecides(End end) throws Exception {
    try (Server server = start(Talk.endpoint().onJoin((room, peer) -> {}))) {
      says(
          server.port(),
          end,
          List.of("{\"type\":\"join_room\",\"room\":\"s\",\"id\":2}"),
          "room_joined");
    }
  }

  /**
   * Says all of it and the end in one segment, and hears the answers in any order, then the end.
   */
  private static void says(int port, End end, List<String> last, String... answers)
      throws IOException {
    try (Stranger ann = joined(port)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (String message : last) {
        all.writeBytes(
            Stranger.frame(Stranger.FIN | Stranger.TEXT, message.getBytes(StandardCharsets.UTF_8)));
      }
      all.writeBytes(end.bytes());
      ann.send(all.toByteArray());
      if (end == End.HALF) {
        ann.half();
      }
      List<String> heard = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                while (true) {
                  JsonNode message = Wire.JSON.readTree(ann.hear());
                  if (message.has("re")) {
                    heard.add(message.get("type").stringValue());
                  }
                }
              })
          .isInstanceOf(EOFException.class)
          .extracting(ended -> String.valueOf(ended.getMessage()))
          .isEqualTo(end.answer);
      assertThat(heard).containsExactlyInAnyOrder(answers);
    }
  }

  private static Stranger joined(int port) throws IOException {
    Stranger ann = new Stranger(port, 1);
    ann.open("/ws?user=ann");
    ann.hear("welcome");
    ann.say("{\"type\":\"join_room\",\"id\":1,\"room\":\"r\"}");
    ann.hear("room_joined");
    return ann;
  }

  /** A server whose commits are known when the test says so. */
  private Server startHeld(Endpoint<Talk> endpoint) {
    Broker held =
        late(
            Broker.class,
            broker(),
            (method, stage) ->
                method.equals("publish")
                    ? stage.thenCombine(committed, (done, now) -> done)
                    : stage);
    return Server.builder()
        .port(0)
        .broker(held)
        .metrics(counted)
        .clock(clock)
        .endpoint("/ws", endpoint)
        .start();
  }

  @Test
  void aClosingServerAcknowledgesWhatItTookBefore() throws Exception {
    Server server = startHeld(Talk.endpoint());
    CompletableFuture<Void> closing;
    try (Stranger ann = joined(server.port())) {
      ann.say(CHAT);
      await().until(() -> counted.of("published") == 1);
      closing = CompletableFuture.runAsync(server::close);
      ann.hear("going_away");
      ann.say(CHAT.replace("2", "3")); // too late
      acknowledges(ann, 1001);
    }
    closing.join();
  }

  @Test
  void soDoesAServerThatHasBeenToldTooMuch() throws Exception {
    try (Server server = startHeld(Talk.endpoint().rate(3, Duration.ofHours(1)));
        Stranger ann = joined(server.port())) {
      ann.say(CHAT);
      await().until(() -> counted.of("published") == 1);
      for (int i = 0; i < 10; i++) {
        ann.say("{\"type\":\"ping\"}");
      }
      acknowledges(ann, 4029);
    }
  }

  @Test
  void soDoesAServerThatHasBeenToldNothingForTooLong() throws Exception {
    try (Server server = startHeld(Talk.endpoint().idleTimeout(Duration.ofMinutes(1)));
        Stranger ann = joined(server.port())) {
      ann.say(CHAT);
      await().until(() -> counted.of("published") == 1);
      clock.advance(Duration.ofMinutes(2));
      await().until(() -> counted.of("limit IDLE") == 1);
      acknowledges(ann, 1008);
    }
  }

  /** The commit becomes known a while after the close was decided. */
  private void acknowledges(Stranger ann, int code) throws IOException {
    CompletableFuture<Boolean> unused =
        committed.completeOnTimeout(null, 100, TimeUnit.MILLISECONDS).thenApply(done -> true);
    assertThat(ann.hear("ack").get("re").intValue()).isEqualTo(2);
    assertThatThrownBy(() -> ann.hear("ack")).hasMessage("closed by the server: " + code);
  }
}
