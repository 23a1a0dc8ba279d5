package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.server.broker.LocalBroker;
import dev.switchboard.transport.HttpResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How servers are put together, started, and kept running. */
class StartTest {
  @Test
  void aHistoryBesideABrokerIsRefusedAsNobodyWouldUseIt() {
    assertThatThrownBy(() ->
            Server.builder()
                .broker(new LocalBroker(new MemoryHistory()))
                .history(new MemoryHistory()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("history, broker: both given");
    assertThatThrownBy(() ->
            Server.builder()
                .history(new MemoryHistory())
                .broker(new LocalBroker(new MemoryHistory())))
        .isInstanceOf(IllegalStateException.class);
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

  private static String get(Host host, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port() + path)).build(),
            java.net.http.HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
