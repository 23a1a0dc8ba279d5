package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.server.http.HealthChecks;
import dev.switchboard.spi.Broker;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.netty.Loops;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What health checks are told, by a server whose store fails, hangs, or is well. */
@Tag("D6")
class HealthTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final FaultyStore store = new FaultyStore();
  private final ManualClock clock = new ManualClock();
  private final Endpoint<Talk> endpoint = Talk.endpoint();
  private final Server server =
      Server.builder()
          .port(0)
          .history(store)
          .clock(clock)
          .closeTimeout(Duration.ofSeconds(1))
          .get("/", request -> HttpResponse.text(200, "a page"))
          .endpoint("/ws", endpoint)
          .start();

  @AfterEach
  void stop() {
    store.release();
    server.close();
  }

  private String get(String path) {
    try {
      var response =
          HTTP.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                  .build(),
              java.net.http.HttpResponse.BodyHandlers.ofString());
      return response.statusCode() + " " + response.body().strip();
    } catch (java.io.IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private void publish() {
    var unused = endpoint.room("r").publishAsync(new Talk.Said("hi"), null);
  }

  @Test
  void aServerThatIsWellSaysSo() {
    assertThat(get("/healthz")).isEqualTo("200 ok");
    assertThat(get("/readyz")).isEqualTo("200 ok");
  }

  @Test
  void aStoreThatFailsMakesItNotReadyUntilItAnswersAgain() {
    store.down();
    publish();
    await()
        .untilAsserted(() -> assertThat(get("/readyz")).isEqualTo("503 the history store fails"));
    assertThat(get("/healthz")).isEqualTo("200 ok");
    store.up();
    await().untilAsserted(() -> assertThat(get("/readyz")).isEqualTo("200 ok"));
  }

  @Test
  void aStoreThatHangsMakesItNotReadyAndInTheEndNotAlive() throws Exception {
    store.thenHangs();
    publish();
    store.awaitHanging();
    assertThat(get("/readyz")).isEqualTo("200 ok");
    clock.advance(Duration.ofSeconds(6));
    assertThat(get("/readyz")).isEqualTo("503 the history store does not answer: 6 s so far");
    assertThat(get("/healthz")).isEqualTo("200 ok");
    clock.advance(Duration.ofSeconds(55));
    assertThat(get("/healthz")).isEqualTo("503 a commit does not end: 61 s so far");
    store.release();
    await().untilAsserted(() -> assertThat(get("/healthz")).isEqualTo("200 ok"));
    assertThat(get("/readyz")).isEqualTo("200 ok");
  }

  @Test
  void aServerWithoutMemoryIsNotAlive() {
    store.thenThrows(new OutOfMemoryError("as told"));
    publish();
    await().untilAsserted(() -> assertThat(get("/healthz")).startsWith("503 the JVM can't go on"));
  }

  @Test
  void aLoopThatDoesNotTurnMakesItNotAlive() {
    CountDownLatch stuck = new CountDownLatch(1);
    try (Loops loops = Loops.of(IoKind.NIO, 2)) {
      HealthChecks checks =
          new HealthChecks(
              loops.all(), () -> Broker.Health.GOOD, () -> false, Duration.ofMillis(50));
      loops.all().get(1).execute(() -> hold(stuck));
      assertThat(text(checks)).isEqualTo("503 an event loop does not turn");
      stuck.countDown();
      await().untilAsserted(() -> assertThat(text(checks)).isEqualTo("200 ok"));
    }
  }

  private static void hold(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private static String text(HealthChecks checks) {
    HttpResponse response = checks.alive().toCompletableFuture().join();
    return response.status() + " " + new String(response.body(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void aServerThatClosesIsNotReady() {
    try (Loops loops = Loops.of(IoKind.NIO, 1)) {
      HealthChecks checks =
          new HealthChecks(
              loops.all(), () -> Broker.Health.GOOD, () -> true, Duration.ofSeconds(5));
      assertThat(checks.ready().toCompletableFuture().join().status()).isEqualTo(503);
      assertThat(text(checks)).isEqualTo("200 ok");
    }
  }

  @Test
  void aBoundThatABrokerOfOnesOwnWouldNotKnowIsRefused() {
    try (StoreBroker own = new StoreBroker(new MemoryHistory())) {
      var builder = Server.builder().port(0).broker(own).maxWaitingBytes(1);
      assertThatThrownBy(builder::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("maxWaitingBytes: 1 (expected: not given");
    }
  }
}
