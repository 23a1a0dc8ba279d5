package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.TypeName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What becomes of fleeting messages for a connection that is too slow, by the chosen policy. */
@Tag("B10")
class SlowConsumerPolicyTest {
  private static final int MESSAGES = 3_000;
  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}";

  sealed interface Board {
    @Fleeting
    record Stroke(String shape, int n, String padding) implements Board {}

    @Fleeting
    record Cursor(int x) implements Board {}

    @TypeName("chat")
    record Said(String message) implements Board {}
  }

  private final Counted counted = new Counted();
  private int published;

  private static Endpoint<Board> endpoint() {
    return Endpoint.of(Board.class)
        .clientsMayPublish(Board.class, Addresses.rooms(), Addresses.users())
        .clientsMayListOnlineUsers()
        .identify(
            request -> Verdict.allow(request.query().getOrDefault("user", List.of("x")).get(0)))
        .maxPendingBytes(256 << 10);
  }

  private static Endpoint<Board> newestOfEachShape() {
    return endpoint()
        .slowConsumers(Board.Stroke.class, SlowConsumerPolicy.newestPer(Board.Stroke::shape));
  }

  private Server start(Endpoint<Board> endpoint) {
    return Server.builder().port(0).metrics(counted).endpoint("/ws", endpoint).start();
  }

  private static Lazy joined(Server server) throws IOException {
    Lazy lazy = new Lazy(server.port());
    lazy.say(JOIN);
    lazy.next("room_joined");
    return lazy;
  }

  /** More than kernels hold, so that it has to wait in the server. */
  private static void draw(Endpoint<Board> endpoint, int shapes) {
    for (int i = 1; i <= MESSAGES; i++) {
      endpoint.room("r").fleeting(new Board.Stroke("s" + i % shapes, i, "x".repeat(8_000)));
    }
  }

  private void drawUntilThreeWait(Endpoint<Board> endpoint) {
    draw(endpoint, 3);
    await().until(() -> slow("HELD") >= 3);
  }

  /** Until the kernel takes no more for who does not read; so many may wait in the server then. */
  private void fill(Endpoint<Board> endpoint, int mayWait) {
    int before;
    do {
      before = counted.of("delivered");
      for (int i = 0; i < 100; i++) {
        endpoint.room("r").fleeting(new Board.Stroke("s", published++, "x".repeat(8_000)));
      }
      await().untilAsserted(() -> assertThat(waiting(published)).isBetween(0, mayWait));
    } while (counted.of("delivered") != before);
  }

  /** How many of so many published ones wait in the server. */
  private int waiting(int published) {
    return published - counted.of("delivered") - slow("DROPPED");
  }

  private int slow(String what) {
    return counted.of("slow " + what);
  }

  /** Reads strokes up to the last one of each shape; returns how many came. */
  private static int readUpToTheLast(Lazy lazy, int shapes) throws IOException {
    Map<String, Integer> seen = new HashMap<>();
    int read = 0;
    while (seen.values().stream().filter(n -> n > MESSAGES - shapes).count() < shapes) {
      JsonNode stroke = lazy.next("stroke").get("data");
      int before = seen.getOrDefault(stroke.get("shape").stringValue(), 0);
      assertThat(stroke.get("n").intValue()).as("never an older one").isGreaterThan(before);
      seen.put(stroke.get("shape").stringValue(), stroke.get("n").intValue());
      read++;
    }
    return read;
  }

  @Test
  void theNewestOfEachKeyWaitsAndEachThatGaveWayIsCounted() throws IOException {
    Endpoint<Board> endpoint = newestOfEachShape();
    try (Server server = start(endpoint);
        Lazy lazy = joined(server)) {
      drawUntilThreeWait(endpoint);
      int read = readUpToTheLast(lazy, 3);
      assertThat(read).isLessThan(MESSAGES).isEqualTo(MESSAGES - slow("REPLACED"));
      assertThat(slow("DROPPED")).isZero();
      endpoint.room("r").fleeting(new Board.Stroke("s1", MESSAGES + 1, ""));
      assertThat(lazy.next("stroke").get("data").get("n").intValue()).isEqualTo(MESSAGES + 1);
    }
  }

  @Test
  void whatWaitsOfARoomGoesWithTheRoom() throws IOException {
    Endpoint<Board> endpoint = newestOfEachShape();
    try (Server server = start(endpoint);
        Lazy lazy = joined(server)) {
      drawUntilThreeWait(endpoint);
      lazy.say("{\"type\":\"leave_room\",\"room\":\"r\",\"id\":2}");
      lazy.next("room_left");
      lazy.say("{\"type\":\"user_list\",\"id\":3}");
      assertThat(lazy.next().get("type").stringValue()).isEqualTo("user_list");
    }
  }

  @Test
  void withoutAPolicyTheyAreDroppedAndCounted() throws IOException {
    Endpoint<Board> endpoint = endpoint();
    try (Server server = start(endpoint);
        Lazy lazy = joined(server)) {
      draw(endpoint, 3);
      await().until(() -> counted.of("delivered") + slow("DROPPED") == MESSAGES);
      for (int left = counted.of("delivered"); left > 0; left--) {
        lazy.next("stroke");
      }
      endpoint.room("r").fleeting(new Board.Stroke("after", 0, ""));
      assertThat(lazy.next("stroke").get("data").get("shape").stringValue()).isEqualTo("after");
      assertThat(slow("DROPPED")).isPositive();
      assertThat(slow("HELD")).isZero();
    }
  }

  @Test
  void whoMustNotMissThemIsClosedWith4008AndComesBack() throws IOException {
    Endpoint<Board> endpoint = endpoint().slowConsumers(SlowConsumerPolicy.close());
    try (Server server = start(endpoint);
        Lazy lazy = joined(server)) {
      draw(endpoint, 3);
      int expected = 1;
      for (JsonNode stroke = lazy.nextOrClose(); stroke != null; stroke = lazy.nextOrClose()) {
        assertThat(stroke.get("data").get("n").intValue()).isEqualTo(expected++);
      }
      assertThat(lazy.closeCode()).isEqualTo(4008);
      lazy.hangUp();
      await().until(() -> slow("CLOSED") == 1);
      assertThat(slow("DROPPED")).isZero();
    }
  }

  @Test
  void whatWaitsIsBoundedByCountAndByBytes() throws IOException {
    Endpoint<Board> endpoint =
        endpoint().slowConsumers(SlowConsumerPolicy.newestPer(stroke -> stroke)); // a key each
    try (Server server = start(endpoint);
        Lazy lazy = joined(server)) {
      fill(endpoint, 4); // of 8 KB in 32 KiB
      int small = 0;
      do {
        for (int i = 0; i < 2_000; i++) {
          endpoint.room("r").fleeting(new Board.Cursor(small++));
        }
        int all = published + small;
        await().untilAsserted(() -> assertThat(waiting(all)).isBetween(0, 1_000));
      } while (waiting(published + small) < 100);
      assertThat(lazy.closeCode()).as("the code it was closed with").isZero();
    }
  }

  @Test
  void eachSenderIsAKeyAndSoIsEachWhoComesAndGoes() throws IOException {
    Endpoint<Board> endpoint =
        endpoint().slowConsumers(Board.Cursor.class, SlowConsumerPolicy.newest());
    try (Server server = start(endpoint);
        Lazy lazy = joined(server);
        Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      fill(endpoint, 0);
      for (Wire wire : List.of(ann, bob)) {
        wire.ask(JOIN);
        wire.ask("{\"type\":\"leave_room\",\"room\":\"r\",\"id\":2}");
        wire.ask(JOIN);
        for (int i = 1; i <= 10; i++) {
          wire.say("{\"type\":\"cursor\",\"room\":\"r\",\"data\":{\"x\":%d}}".formatted(i));
        }
        wire.barrier();
      }
      await().until(() -> slow("HELD") == 4 && slow("REPLACED") == 2 * 2 + 2 * 9);
      List<String> waited = new ArrayList<>();
      while (waited.size() < 4) {
        JsonNode message = lazy.next();
        switch (message.get("type").stringValue()) {
          case "stroke" -> {}
          case "cursor" -> waited.add(message.get("from") + " at " + message.get("data").get("x"));
          case String type -> waited.add(message.get("user") + " " + type + message.get("count"));
        }
      }
      assertThat(waited)
          .containsExactly(
              "\"ann\" user_joined2", "\"ann\" at 10", "\"bob\" user_joined3", "\"bob\" at 10");
    }
  }
}
