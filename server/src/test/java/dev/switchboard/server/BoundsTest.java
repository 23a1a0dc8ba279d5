package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.switchboard.spi.Committed;
import dev.switchboard.spi.Publication;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Nothing that one client does takes more than its share. */
@Tag("B8")
class BoundsTest {
  private final Counted counted = new Counted();

  private Server serve(Endpoint<Talk> endpoint) {
    return Server.builder().port(0).metrics(counted).endpoint("/ws", endpoint).start();
  }

  @Test
  void roomsInAllAreLimitedUntilOneIsEmpty() {
    try (Server server = serve(Talk.endpoint().maxRoomsInAll(2));
        Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"a\",\"id\":1}");
      ann.ask("{\"type\":\"join_room\",\"room\":\"b\",\"id\":2}");
      JsonNode refused = bob.ask("{\"type\":\"join_room\",\"room\":\"c\",\"id\":1}");
      assertThat(refused.get("code").stringValue()).isEqualTo("unavailable");
      assertThat(refused.get("retryable").booleanValue()).isTrue();
      assertThat(counted.of("limit ROOMS")).isEqualTo(1);
      assertThat(
              bob.ask("{\"type\":\"join_room\",\"room\":\"a\",\"id\":2}").get("type").stringValue())
          .as("a room that is there already")
          .isEqualTo("room_joined");
      ann.ask("{\"type\":\"leave_room\",\"room\":\"b\",\"id\":3}");
      assertThat(
              bob.ask("{\"type\":\"join_room\",\"room\":\"c\",\"id\":3}").get("type").stringValue())
          .isEqualTo("room_joined");
    }
  }

  @Test
  void whoSaysNothingIsClosedAndPingsAreNothing() {
    ManualClock clock = new ManualClock();
    RawEndpoint raw =
        RawEndpoint.create().idleTimeout(Duration.ofMinutes(1)).onText((peer, text) -> {});
    try (Server server =
            Server.builder()
                .port(0)
                .clock(clock)
                .metrics(counted)
                .endpoint("/ws", Talk.endpoint().idleTimeout(Duration.ofMinutes(1)))
                .endpoint("/raw", raw)
                .start();
        Wire quiet = Wire.welcomed(server.port(), "quiet");
        Wire busy = Wire.welcomed(server.port(), "busy");
        Wire quietRaw = Wire.open(server.port(), "/raw")) {
      clock.advance(Duration.ofSeconds(40));
      busy.ask("{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":1}}");
      quiet.ask("{\"type\":\"ping\",\"id\":1}");
      quietRaw.barrier();
      clock.advance(Duration.ofSeconds(21));
      assertThat(quiet.closeCode()).isEqualTo(1008);
      assertThat(quietRaw.closeCode()).isEqualTo(1008);
      busy.ask("{\"type\":\"ask\",\"id\":2,\"data\":{\"n\":1}}");
      assertThat(counted.of("limit IDLE")).isEqualTo(2);
    }
  }

  @Test
  void connectionsAtTheSameMomentCannotPassALimitTogether() {
    int tries = 12;
    CountDownLatch together = new CountDownLatch(tries);
    Endpoint<Talk> endpoint =
        Talk.endpoint()
            .maxConnectionsPerUser(1)
            .identify(request -> {
              together.countDown();
              together.await();
              return Verdict.allow("ann");
            });
    try (Server server = serve(endpoint)) {
      List<CompletableFuture<Wire>> opening = new ArrayList<>();
      for (int i = 0; i < tries; i++) {
        opening.add(
            CompletableFuture.supplyAsync(
                () -> Wire.welcomed(server.port(), "ann"), Thread::startVirtualThread));
      }
      List<Wire> open = new ArrayList<>();
      for (CompletableFuture<Wire> one : opening) {
        try {
          open.add(one.join());
        } catch (CompletionException refused) {
          assertThat(refused).hasCauseInstanceOf(WebSocketHandshakeException.class);
        }
      }
      assertThat(open).hasSize(1);
      assertThat(counted.of("refused 429")).isEqualTo(tries - 1);
      open.get(0).close();
      await()
          .untilAsserted(() ->
              assertThatCode(() -> Wire.welcomed(server.port(), "ann").close())
                  .doesNotThrowAnyException());
    }
  }

  @Test
  void anUpgradeThatDoesNotHappenIsNotCounted() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<Void> decided = new CompletableFuture<>();
    Endpoint<Talk> endpoint =
        Talk.endpoint()
            .maxConnectionsPerUser(1)
            .identify(request -> {
              asked.countDown();
              gate.await();
              decided.complete(null);
              return Verdict.allow("ann");
            });
    try (Server server = serve(endpoint)) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        String upgrade =
            """
            GET /ws HTTP/1.1
            Host: x
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

            """
                .replace("\n", "\r\n");
        socket.getOutputStream().write(upgrade.getBytes(US_ASCII));
        asked.await();
        socket.setSoLinger(true, 0); // ends it with a reset, which the server sees at once
      }
      await().untilAsserted(() -> assertThat(server.connections()).isZero());
      gate.countDown();
      decided.join();
      await().untilAsserted(() -> assertThat(endpoint.hub().connectionCounts().open()).isZero());
      Wire.welcomed(server.port(), "ann").close();
    }
  }

  /** A store whose disk does not answer until it is told to. */
  private static final class Slow extends Disk {
    private final CountDownLatch gate;

    Slow(CountDownLatch gate) {
      this.gate = gate;
    }

    @Override
    public List<Committed> append(List<Publication> publications) {
      try {
        gate.await();
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
      return super.append(publications);
    }
  }

  @Test
  @Tag("B10")
  void onePublisherCannotTakeAllPlacesBeforeTheLog() {
    int messages = 12_000; // more than the broker has places
    CountDownLatch gate = new CountDownLatch(1);
    Slow store = new Slow(gate);
    try (Server server =
            Server.builder()
                .port(0)
                .history(store)
                .metrics(counted)
                .endpoint("/ws", Talk.endpoint().anyRate())
                .start();
        Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      ann.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":0}");
      bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":0}");
      CompletableFuture<Void> saying =
          CompletableFuture.runAsync(() -> {
            for (int i = 1; i <= messages; i++) {
              ann.say(
                  ("{\"type\":\"chat\",\"room\":\"r\",\"id\":%d,\"echo\":false,"
                          + "\"data\":{\"message\":\"m\"}}")
                      .formatted(i));
            }
          });
      await().untilAsserted(() -> assertThat(counted.of("limit COMMITS_WAITING")).isEqualTo(1));
      bob.say("{\"type\":\"chat\",\"room\":\"r\",\"id\":1,\"data\":{\"message\":\"b\"}}");
      bob.barrier();
      assertThat(counted.of("published")).as("little more than the bound").isLessThan(2_000);
      gate.countDown();
      Set<Integer> acked = new HashSet<>();
      while (acked.size() < messages) {
        JsonNode answer = ann.next();
        if (answer.has("re")) {
          assertThat(answer.get("type").stringValue()).isEqualTo("ack");
          acked.add(answer.get("re").intValue());
        }
      }
      saying.join();
      bob.next("ack");
    }
  }

  @Test
  @Tag("B10")
  void largeMessagesThatWaitForAHandlerAreBoundedByTheirBytes() throws Exception {
    int messages = 40;
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(messages);
    RawEndpoint raw =
        RawEndpoint.create()
            .onBinary((peer, bytes) -> {
              try {
                gate.await();
              } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
              }
              all.countDown();
            });
    try (HttpClient http =
            HttpClient.newHttpClient(); // last to close: it waits for its connections
        Server server = Server.builder().port(0).metrics(counted).endpoint("/raw", raw).start()) {
      WebSocket client =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create("ws://127.0.0.1:" + server.port() + "/raw"),
                  new WebSocket.Listener() {})
              .join();
      CompletableFuture<Void> saying =
          CompletableFuture.runAsync(() -> {
            for (int i = 0; i < messages; i++) {
              client.sendBinary(ByteBuffer.allocate(512 << 10), true).join();
            }
          });
      await().untilAsserted(() -> assertThat(counted.of("limit HANDLERS_WAITING")).isPositive());
      try (Wire other = Wire.open(server.port(), "/raw")) {
        other.barrier();
      }
      assertThat(counted.of("received bytes")).isLessThan(3 << 20);
      gate.countDown();
      all.await();
      saying.join();
      assertThat(counted.of("received")).isEqualTo(messages);
      client.abort();
    }
  }
}
