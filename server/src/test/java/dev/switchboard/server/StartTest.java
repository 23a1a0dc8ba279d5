package dev.switchboard.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.server.presence.MemoryPresence;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How servers are put together, started, and kept running. */
class StartTest {
  @Test
  void aHistoryBesideABrokerIsRefusedAsNobodyWouldUseIt() {
    assertThatThrownBy(() ->
            Server.builder()
                .broker(new StoreBroker(new MemoryHistory()))
                .history(new MemoryHistory()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("history, broker, cluster: two given");
    assertThatThrownBy(() ->
            Server.builder()
                .history(new MemoryHistory())
                .broker(new StoreBroker(new MemoryHistory())))
        .isInstanceOf(IllegalStateException.class);
  }

  /** A cluster that is only looked at. */
  private record Shared(HistoryStore history, @Nullable PresenceStore presence) implements Cluster {
    @Override
    public Bus bus() {
      throw new IllegalStateException("not started (expected: not used)");
    }

    @Override
    public void close() {}
  }

  @Test
  void whatAClusterHasIsNotGivenBesideIt() {
    Cluster cluster = new Shared(new MemoryHistory(), new MemoryPresence());
    assertThatThrownBy(() -> Server.builder().cluster(cluster).history(new MemoryHistory()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("history, broker, cluster: two given");
    assertThatThrownBy(() -> Server.builder().presence(new MemoryPresence()).cluster(cluster))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("presence: given (expected: not given, as the cluster has it)");
    Cluster less = new Shared(new MemoryHistory(), null);
    assertThat(Server.builder().cluster(less).presence(new MemoryPresence())).isNotNull();
  }

  @Test
  void aRouteThatNobodyWouldGetToIsRefused() {
    ServerBuilder builder =
        Server.builder()
            .endpoint("/ws", RawEndpoint.create())
            .get("/page", request -> HttpResponse.text(200, ""));
    assertThatThrownBy(() -> builder.get("/ws", request -> HttpResponse.text(200, "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path: /ws is taken");
    assertThatThrownBy(() -> builder.get("/page", request -> HttpResponse.text(200, "")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.endpoint("/page", RawEndpoint.create()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSecondHandlerOfWhichThereIsOneIsRefused() {
    RawEndpoint raw =
        RawEndpoint.create()
            .onOpen(peer -> {})
            .onText((peer, text) -> {})
            .onBinary((peer, bytes) -> {})
            .onView((peer, view) -> {})
            .onPing((peer, bytes) -> {})
            .onPong((peer, bytes) -> {})
            .onError((peer, failure) -> {})
            .onClose((peer, code, reason, clean) -> {});
    Endpoint<Talk> typed =
        Endpoint.of(Talk.class)
            .onOpen(peer -> {})
            .onJoin((room, peer) -> {})
            .onClose((peer, code, reason, clean) -> {});
    Stream.<ThrowingCallable>of(
            () -> raw.onOpen(peer -> {}),
            () -> raw.onText((peer, text) -> {}),
            () -> raw.onBinary((peer, bytes) -> {}),
            () -> raw.onView((peer, view) -> {}),
            () -> raw.onPing((peer, bytes) -> {}),
            () -> raw.onPong((peer, bytes) -> {}),
            () -> raw.onError((peer, failure) -> {}),
            () -> raw.onClose((peer, code, reason, clean) -> {}),
            () -> typed.onOpen(peer -> {}),
            () -> typed.onJoin((room, peer) -> {}),
            () -> typed.onClose((peer, code, reason, clean) -> {}))
        .forEach(second ->
            assertThatThrownBy(second)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is one already"));
  }

  @Test
  void whatIsNoRefusalIsRefused() {
    assertThatThrownBy(() -> Verdict.refuse(200, "come in"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("status: 200 (expected: 400-599)");
  }

  @Test
  void codeThatReturnsNothingIsAnsweredWith500() throws Exception {
    try (Server server =
        Server.builder()
            .port(0)
            .get("/nothing", request -> nothing())
            .endpoint("/ws", RawEndpoint.create().identify(request -> nothing()))
            .start()) {
      assertThat(status(server.port(), "/nothing")).isEqualTo(500);
      assertThatThrownBy(() -> new RawClient(server.port(), "/ws"))
          .hasCauseInstanceOf(WebSocketHandshakeException.class);
    }
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // as users do who don't check
  private static <T> T nothing() {
    return null;
  }

  private static int status(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build(),
            java.net.http.HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void aFolderThatIsNotThereIsRefused() {
    for (String folder : new String[] {"/nope/", "dev/switchboard/", "/dev/switchboard"}) {
      assertThatThrownBy(() -> Server.builder().files(StartTest.class, folder))
          .as(folder)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("folder: " + folder + " (expected: ");
    }
    Server.builder().files(StartTest.class, "/dev/switchboard/server/");
  }

  @Test
  @Tag("slow")
  void aServerKeepsItsProcessAliveUntilItIsClosed() throws Exception {
    try (Host host = Host.start(QuietMain.class)) {
      assertThat(get(host, "/returned")).isEqualTo("main has returned\n");
      assertThat(get(host, "/close")).isEqualTo("closing\n");
      assertThat(host.exitCode()).isZero();
    }
  }

  @Test
  void aClosingServerAnswersTheRequestsItHas() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    CountDownLatch gate = new CountDownLatch(1);
    Server server =
        Server.builder()
            .port(0)
            .closeTimeout(Duration.ofSeconds(2))
            .get("/quick", request -> HttpResponse.text(200, "quick\n"))
            .get(
                "/slow",
                request -> {
                  asked.countDown();
                  gate.await();
                  return HttpResponse.text(200, "x".repeat(5_000_000));
                })
            .get(
                "/stuck",
                request -> {
                  asked.countDown();
                  new CountDownLatch(1).await();
                  return HttpResponse.text(200, "never");
                })
            .start();
    try (Socket idle = ask(server, "/quick");
        Socket slow = ask(server, "/slow")) {
      assertThat(idle.getInputStream().readNBytes(8)).asString(US_ASCII).isEqualTo("HTTP/1.1");
      Socket stuck = ask(server, "/stuck");
      asked.await();
      long before = System.nanoTime();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      assertThatThrownBy(() -> closing.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      gate.countDown();
      assertThat(slow.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .contains("Connection: close")
          .endsWith("\r\n\r\n" + "x".repeat(5_000_000));
      assertThat(stuck.getInputStream().read()).isEqualTo(-1);
      closing.get(10, TimeUnit.SECONDS);
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(8));
      stuck.close();
    }
  }

  @Test
  void aConnectionWithNothingToAnswerDoesNotDelayTheClose() throws Exception {
    Server server =
        Server.builder()
            .port(0)
            .closeTimeout(Duration.ofSeconds(60))
            .get("/quick", request -> HttpResponse.text(200, "quick\n"))
            .start();
    try (Socket idle = ask(server, "/quick")) {
      assertThat(idle.getInputStream().readNBytes(8)).asString(US_ASCII).isEqualTo("HTTP/1.1");
      CompletableFuture.runAsync(server::close).get(10, TimeUnit.SECONDS);
      idle.getInputStream().readAllBytes();
    }
  }

  private static Socket ask(Server server, String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(10_000);
    String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(US_ASCII));
    return socket;
  }

  private static String get(Host host, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port() + path)).build(),
            java.net.http.HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
