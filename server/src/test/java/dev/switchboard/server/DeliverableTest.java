package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is accepted reaches every reader, whatever it speaks; what could not is refused at once. */
@Tag("D2")
class DeliverableTest {
  private static final int KIB = 1 << 10;
  private static final int MESSAGE = 64 * KIB;
  private static final int HALF_OF_PENDING = 512 * KIB;
  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}";

  /** Text is longest in JSON, numbers are in CBOR. */
  sealed interface Load {
    record Text(String text) implements Load {}

    record Numbers(List<Double> numbers) implements Load {}

    @Fleeting
    record TextForOne(String text) implements Load {}

    @Fleeting
    record NumbersForOne(List<Double> numbers) implements Load {}

    record Ask(String text) implements Load, Request<Answer> {}

    record Answer(String text) {}
  }

  private final Endpoint<Load> endpoint =
      endpoint()
          .reply(Load.Ask.class, (ask, from) -> new Load.Answer(ask.text().repeat(600 * KIB)))
          .onPublish(
              Load.Text.class,
              (text, publishing) -> {
                if (text.text().equals("copy")) {
                  publishing.also(Address.user("bob"), new Load.Text("x".repeat(600 * KIB)));
                }
              });
  private @Nullable Server server;

  private static Endpoint<Load> endpoint() {
    return Endpoint.of(Load.class)
        .clientsMayPublish(Load.class, Addresses.rooms(), Addresses.users())
        .identify(request ->
            Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)));
  }

  private int start(Endpoint<Load> what) {
    server = Server.builder().port(0).endpoint("/ws", what).start();
    return server.port();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** The same for one connection. */
  private static Load toOne(Load load) {
    return switch (load) {
      case Load.Text text -> new Load.TextForOne(text.text());
      case Load.Numbers numbers -> new Load.NumbersForOne(numbers.numbers());
      default -> throw new IllegalArgumentException(load.toString());
    };
  }

  private static void isTooLarge(JsonNode answer) {
    assertThat(answer.get("type").stringValue()).as("%s", answer).isEqualTo("error");
    assertThat(answer.get("code").stringValue()).isEqualTo("too_large");
    assertThat(answer.get("retryable").booleanValue()).isFalse();
  }

  private static void tooLarge(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TOO_LARGE))
        .hasMessageContaining("(expected: at most ");
  }

  @Test
  void serverCodeIsRefusedWhatReadersCouldNotBeGiven() {
    int port = start(endpoint);
    try (Wire ann = Wire.welcomed(port, "ann");
        CborWire bob = CborWire.welcomed(port, "bob")) {
      ann.ask(JOIN);
      bob.say("type", "join_room", "room", "r", "id", 1);
      bob.next("room_joined");
      ann.next("user_joined");
      Destination<Load> room = endpoint.room("r");
      Peer<Load> peer = endpoint.peersOf("ann").getFirst();
      List<Load> large =
          List.of(
              new Load.Text("x".repeat(HALF_OF_PENDING)),
              new Load.Text("\u0001".repeat(HALF_OF_PENDING / 6)),
              new Load.Numbers(Collections.nCopies(HALF_OF_PENDING / 9, 0.5)));
      for (Load load : large) {
        tooLarge(() -> room.publish(load));
        tooLarge(() -> room.publishAsync(load, "name"));
        tooLarge(() -> peer.fleeting(toOne(load)));
      }
      List<Load> fit =
          List.of(
              new Load.Text("x".repeat(HALF_OF_PENDING - 11)),
              new Load.Text("\u0001".repeat((HALF_OF_PENDING - 11) / 6)),
              new Load.Numbers(Collections.nCopies(HALF_OF_PENDING / 9 - 2, 0.5)));
      for (int i = 0; i < fit.size(); i++) {
        assertThat(room.publish(fit.get(i))).isEqualTo(i + 1);
        assertThat(ann.next().get("seq").intValue()).isEqualTo(i + 1);
        assertThat(bob.next().get("seq").intValue()).isEqualTo(i + 1);
        peer.fleeting(toOne(fit.get(i)));
        assertThat(ann.next().has("data")).isTrue();
      }
    }
  }

  @Test
  void repliesQuestionsAndCopiesAreRefusedAndTheConnectionLivesOn() throws Exception {
    int port = start(endpoint);
    try (Wire ann = Wire.welcomed(port, "ann")) {
      ann.ask(JOIN);
      isTooLarge(ann.ask("{\"type\":\"ask\",\"id\":2,\"data\":{\"text\":\"x\"}}"));
      isTooLarge(
          ann.ask("{\"type\":\"text\",\"room\":\"r\",\"id\":3,\"data\":{\"text\":\"copy\"}}"));
      Peer<Load> peer = endpoint.peersOf("ann").getFirst();
      assertThatThrownBy(() ->
              peer.request(new Load.Ask("\u0001".repeat(100 * KIB)))
                  .toCompletableFuture()
                  .get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseInstanceOf(RefusedException.class)
          .hasMessageContaining("expected: at most ");
      ann.hearsNothing();
    }
  }

  @Test
  void questionsThatWaitForAClientFitIntoItsNextConnection() throws Exception {
    int port = start(endpoint);
    try (Wire ann = Wire.open(port, "/ws?user=ann")) {
      JsonNode welcome = ann.next();
      Peer<Load> peer = endpoint.peersOf("ann").getFirst();
      ann.lose();
      int asked = 0;
      @Nullable Throwable refused = null;
      while (refused == null && asked < 100) {
        var answer = peer.request(new Load.Ask("x".repeat(200 * KIB))).toCompletableFuture();
        if (answer.isCompletedExceptionally()) {
          refused = answer.exceptionNow();
        } else {
          asked++;
        }
      }
      assertThat(asked).isBetween(1, 5);
      assertThat(refused)
          .isInstanceOfSatisfying(
              RefusedException.class,
              why -> assertThat(why.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      try (Wire again = Wire.welcomed(port, "ann")) {
        again.say(
            "{\"type\":\"resume\",\"id\":1,\"session\":%s,\"secret\":%s,\"logs\":[]}"
                .formatted(welcome.get("session"), welcome.get("secret")));
        again.next("resumed");
        for (int i = 0; i < asked; i++) {
          again.next("ask");
        }
        again.hearsNothing();
      }
    }
  }

  @Test
  void aMessageThatIsTooLargeInAnotherEncodingIsRefusedAndTheConnectionLivesOn() {
    int port = start(endpoint);
    try (Wire ann = Wire.welcomed(port, "ann");
        CborWire bob = CborWire.welcomed(port, "bob")) {
      ann.ask(JOIN);
      bob.say("type", "join_room", "room", "r", "id", 1);
      bob.next("room_joined");
      ann.next("user_joined");
      bob.say(publication("\u0001".repeat(MESSAGE / 6), 2));
      isTooLarge(bob.next());
      String numbers = String.join(",", Collections.nCopies(MESSAGE / 9, "1e1"));
      isTooLarge(
          ann.ask(
              "{\"type\":\"numbers\",\"room\":\"r\",\"id\":2,\"data\":{\"numbers\":[%s]}}"
                  .formatted(numbers)));
      bob.say(publication("\u0001".repeat((MESSAGE - 11) / 6), 3));
      assertThat(bob.next("ack").get("seq").intValue()).isEqualTo(1);
      assertThat(ann.next("text").get("seq").intValue()).isEqualTo(1);
    }
  }

  private static Object[] publication(String text, int id) {
    return new Object[] {
      "type", "text", "room", "r", "id", id, "echo", false, "data", Map.of("text", text)
    };
  }

  @Test
  void historyCutsItsPagesByWhatGoesOut() {
    for (int pending : List.of(2 * MESSAGE, 1 << 20)) {
      int port = start(endpoint().maxPendingBytes(pending));
      try (Wire ann = Wire.welcomed(port, "ann");
          CborWire bob = CborWire.welcomed(port, "bob")) {
        bob.say("type", "join_room", "room", "r", "id", 1);
        bob.next("room_joined");
        for (int i = 1; i <= 200; i++) {
          bob.say(publication("\u0001".repeat(2_400), i));
          bob.next("ack");
        }
        ann.ask(JOIN);
        List<Integer> seqs = new ArrayList<>();
        int before = 201;
        boolean more = true;
        while (more) {
          JsonNode page =
              ann.ask(
                  "{\"type\":\"history\",\"room\":\"r\",\"limit\":200,\"before\":%d,\"id\":5}"
                      .formatted(before));
          assertThat(page.get("type").stringValue()).isEqualTo("history");
          page.get("messages").forEach(entry -> seqs.add(entry.get("seq").intValue()));
          before = page.get("messages").get(0).get("seq").intValue();
          more = page.get("more").booleanValue();
        }
        Collections.sort(seqs);
        assertThat(seqs).hasSize(200).doesNotHaveDuplicates();
      }
      stop();
    }
  }

  @Test
  void anEntryFromBeforeThatIsTooLargeIsAGapThatIsToldOnce() {
    Supplier<Endpoint<Load>> larger = () -> endpoint().maxPendingBytes(16 << 20);
    MemoryHistory kept = new MemoryHistory();
    Endpoint<Load> before = larger.get();
    try (Server old = Server.builder().port(0).history(kept).endpoint("/ws", before).start()) {
      assertThat(old.port()).isPositive();
      before.room("r").publish(new Load.Text("first"));
      before.room("r").publish(new Load.Text("x".repeat(2 << 20)));
      before.room("r").publish(new Load.Text("third"));
    }
    server = Server.builder().port(0).history(kept).endpoint("/ws", endpoint).start();
    String since = "{\"type\":\"join_room\",\"room\":\"r\",\"id\":1,\"since\":{\"seq\":%d}}";
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      assertThat(ann.ask(since.formatted(0)).get("recovered").booleanValue()).isTrue();
      assertThat(ann.next().get("seq").intValue()).isEqualTo(1);
      assertThat(ann.closeCode()).as("as if what comes next were no longer kept").isEqualTo(4008);
    }
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      JsonNode joined = ann.ask(since.formatted(1));
      assertThat(joined.get("recovered").booleanValue()).isFalse();
      assertThat(joined.get("seq").intValue()).isEqualTo(3);
      ann.hearsNothing();
      endpoint.room("r").publish(new Load.Text("fourth"));
      assertThat(ann.next().get("seq").intValue()).isEqualTo(4);
      assertThat(ann.ask(since.formatted(2)).get("recovered").booleanValue()).isTrue();
      assertThat(ann.next().get("seq").intValue()).isEqualTo(3);
      assertThat(ann.next().get("seq").intValue()).isEqualTo(4);
      JsonNode page = ann.ask("{\"type\":\"history\",\"room\":\"r\",\"id\":2}");
      assertThat(seqs(page)).containsExactly(3, 4);
      assertThat(page.get("more").booleanValue()).isTrue();
      JsonNode older = ann.ask("{\"type\":\"history\",\"room\":\"r\",\"id\":3,\"before\":3}");
      assertThat(seqs(older)).as("the page goes on before what is left out").containsExactly(1);
      assertThat(older.get("more").booleanValue()).isFalse();
    }
  }

  private static List<Integer> seqs(JsonNode page) {
    return page.get("messages").valueStream().map(one -> one.get("seq").intValue()).toList();
  }

  @Test
  void whateverIsAcceptedArrivesLiveAndByCatchUpAndByHistory() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int port = start(endpoint().maxMessageBytes(2 * KIB).maxPendingBytes(4 * KIB));
    try (Wire ann = Wire.welcomed(port, "ann");
        CborWire bob = CborWire.welcomed(port, "bob")) {
      ann.ask(JOIN);
      bob.say("type", "join_room", "room", "r", "id", 1);
      bob.next("room_joined");
      List<String> accepted = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        String text = expanding(random);
        if (text.getBytes(UTF_8).length > 2 * KIB - 100) {
          continue; // so large that the transport ends the connection
        }
        JsonNode answer;
        if (random.nextBoolean()) {
          String json =
              "{\"type\":\"text\",\"room\":\"r\",\"id\":9,\"data\":{\"text\":%s}}"
                  .formatted(Wire.JSON.writeValueAsString(text));
          if (json.getBytes(UTF_8).length > 2 * KIB) {
            continue;
          }
          answer = ann.ask(json);
        } else {
          bob.say("type", "text", "room", "r", "id", 9, "data", Map.of("text", text));
          do {
            answer = bob.next();
          } while (!answer.has("re"));
        }
        if (answer.get("type").stringValue().equals("ack")) {
          accepted.add(text);
          assertThat(answer.get("seq").intValue()).isEqualTo(accepted.size());
        } else {
          isTooLarge(answer);
        }
      }
      assertThat(accepted).as("seed %d", seed).hasSizeBetween(50, 299);
      try (Wire late = Wire.welcomed(port, "late");
          CborWire later = CborWire.welcomed(port, "later")) {
        late.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1,\"since\":{\"seq\":0}}");
        later.say("type", "join_room", "room", "r", "id", 1, "since", Map.of("seq", 0));
        for (int i = 0; i < accepted.size(); i++) {
          assertThat(late.next("text").get("data").get("text").stringValue())
              .as("seed %d, entry %d", seed, i + 1)
              .isEqualTo(accepted.get(i));
          assertThat(later.next("text").get("data").get("text").stringValue())
              .isEqualTo(accepted.get(i));
        }
        for (int i = 0; i < accepted.size(); i++) {
          JsonNode page =
              late.ask(
                  "{\"type\":\"history\",\"room\":\"r\",\"limit\":200,\"after\":%d,\"id\":2}"
                      .formatted(i));
          later.say("type", "history", "room", "r", "limit", 200, "after", i, "id", 2);
          JsonNode other = later.next("history");
          assertThat(page.get("messages").get(0).get("data").get("text").stringValue())
              .as("seed %d, entry %d", seed, i + 1)
              .isEqualTo(accepted.get(i));
          assertThat(other.get("messages").get(0).get("data").get("text").stringValue())
              .isEqualTo(accepted.get(i));
        }
      }
    }
  }

  /** Near a bound in one of the encodings. */
  private static String expanding(Random random) {
    String piece =
        switch (random.nextInt(5)) {
          case 0 -> "\u0001";
          case 1 -> "\"";
          case 2 -> "\uD83D\uDE00";
          case 3 -> "x";
          default -> "\u0001\"\uD83D\uDE00xy\n";
        };
    int json = Wire.JSON.writeValueAsString(piece).length() - 2;
    int bound = random.nextBoolean() ? 2 * KIB : 1 * KIB;
    return piece.repeat(Math.max(1, (bound - 40 + random.nextInt(80)) / json));
  }
}
