package dev.switchboard.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.peers.BarePeer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * Two bystanders who talk in a room while others attack the server, and what must hold after each
 * attack. Not thread-safe.
 */
final class Watch implements AutoCloseable {
  /** How long a bystander waits at most for an answer, or for a message of the other one. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long the server may take to forget a client. The end of a close may take 5 s of it. */
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);

  private static final long MOST_DIRECT_BYTES = 128 << 20;

  private final int port;
  private final String said;
  private final Supplier<Map<String, Integer>> held;
  private final Journal journal = new Journal();
  private final Typist ann;
  private final Typist bob;
  private final Map<String, Integer> before;
  private int exchanges; // so many messages are in the room

  /**
   * Has the bystanders connect and talk. What the server holds then is what it must hold later.
   *
   * @param said a message of the server's protocol, with its type and with {@code %s} in its data
   */
  Watch(int port, String said, Supplier<Map<String, Integer>> held) {
    this.port = port;
    this.said = said;
    this.held = held;
    ann = bystander("ann");
    bob = bystander("bob");
    ann.next("user_joined");
    exchange();
    this.before = held.get();
  }

  private Typist bystander(String name) {
    Typist typist = Typist.open(port, "/ws?user=" + name);
    typist.next("welcome");
    typist.ask("{\"type\":\"join_room\",\"room\":\"quiet\",\"id\":0}", "room_joined");
    return typist;
  }

  /** Checks that all is as if nothing had happened. */
  void check() {
    exchange();
    exchange();
    health("/healthz");
    health("/readyz");
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .atMost(ENDS_WITHIN)
        .untilAsserted(() -> assertThat(held.get()).isEqualTo(before));
    journal.check();
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
      assertThat(provider.metric().usedDirectMemory()).isLessThan(MOST_DIRECT_BYTES);
    }
  }

  /** One says something that is kept, and the other hears it next and in time. */
  void exchange() {
    Typist from = exchanges % 2 == 0 ? ann : bob;
    Typist to = exchanges % 2 == 0 ? bob : ann;
    exchanges++;
    long since = System.nanoTime();
    JsonNode ack =
        from.ask(
            "{%s,\"room\":\"quiet\",\"id\":%d,\"messageId\":\"m%d\",\"echo\":false}"
                .formatted(said.formatted(exchanges), exchanges, exchanges),
            "ack");
    JsonNode heard = to.next();
    Duration took = Duration.ofNanos(System.nanoTime() - since);
    assertThat(ack.get("seq").asInt()).isEqualTo(exchanges);
    assertThat(heard.get("seq").asInt()).isEqualTo(exchanges);
    assertThat(heard.get("from").asString()).isEqualTo(from == ann ? "ann" : "bob");
    assertThat(heard.get("messageId").asString()).isEqualTo("m" + exchanges);
    assertThat(took).as("for a bystander's message").isLessThan(PATIENCE);
  }

  private void health(String path) {
    try (BarePeer anybody = new BarePeer(port)) {
      anybody.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(anybody.response()).startsWith("HTTP/1.1 200");
    }
  }

  @Override
  public void close() {
    ann.close();
    bob.close();
    journal.close();
  }
}
