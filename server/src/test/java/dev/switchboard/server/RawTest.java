package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.UnsentException;
import dev.switchboard.server.http.PathPattern;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Endpoints for plain WebSockets, with the JDK's client. */
@Tag("B1")
@Tag("B2")
class RawTest {
  private final RawEndpoint endpoint = RawEndpoint.create();
  private @Nullable Server server;

  private int serve(String path) {
    server = Server.builder().port(0).endpoint(path, endpoint).start();
    return server.port();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    assertThat(endpoint.sizes()).isEqualTo(Map.of("peers", 0, "open", 0));
  }

  @Test
  void textBinaryPingPongAndCloseReachTheirHandlersInOrder() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    endpoint
        .onOpen(peer -> seen.add("open " + peer.parameters()))
        .onText((peer, text) -> peer.send(text + " from " + peer.parameters().get("id")))
        .onBinary((peer, bytes) -> peer.send(bytes))
        .onPing((peer, payload) -> seen.add("ping " + new String(payload, StandardCharsets.UTF_8)))
        .onPong((peer, payload) -> seen.add("pong " + new String(payload, StandardCharsets.UTF_8)))
        .onClose((peer, code, reason, clean) -> seen.add("close " + code + " " + clean));
    int port = serve("/rooms/{id}");
    RawClient client = new RawClient(port, "/rooms/k%C3%BCche");
    client.socket.sendText("hel", false).join();
    client.socket.sendText("lo", true).join();
    assertThat(client.next()).isEqualTo("hello from küche");
    byte[] bytes = {1, 2, 3};
    client.socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    assertThat(client.next()).isEqualTo("binary 3 " + java.util.Arrays.hashCode(bytes));
    client.socket.sendPing(ByteBuffer.wrap("p".getBytes(StandardCharsets.UTF_8))).join();
    assertThat(client.next()).isEqualTo("pong p");
    endpoint.peers().iterator().next().ping("q".getBytes(StandardCharsets.UTF_8));
    await().untilAsserted(() -> assertThat(seen).contains("pong q"));
    client.socket.sendClose(3001, "bye").join();
    await()
        .untilAsserted(() ->
            assertThat(seen)
                .containsExactly("open {id=küche}", "ping p", "pong q", "close 3001 true"));
    assertThatThrownBy(() -> new RawClient(port, "/rooms/"))
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
    assertThatThrownBy(() -> new RawClient(port, "/rooms/a/b"))
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
  }

  @Test
  @Tag("B5")
  void aHandlerThatThrowsCostsItsOwnConnection() throws Exception {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    endpoint
        .onText((peer, text) -> {
          if (text.equals("bad")) {
            throw new IllegalStateException("no");
          }
          peer.send("ok");
        })
        .onError((peer, failure) -> failures.add(failure));
    int port = serve("/raw");
    RawClient bad = new RawClient(port, "/raw");
    RawClient good = new RawClient(port, "/raw");
    bad.socket.sendText("bad", true).join();
    assertThat(bad.closeCode()).isEqualTo(1011);
    assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
    good.socket.sendText("good", true).join();
    assertThat(good.next()).isEqualTo("ok");
    good.socket.sendBinary(ByteBuffer.allocate(1), true).join();
    assertThat(good.closeCode()).as("no handler for binary").isEqualTo(1003);
  }

  @Test
  @Tag("B10")
  void whatIsRefusedComesBack() {
    Counted counted = new Counted();
    endpoint.maxPendingBytes(100_000);
    server = Server.builder().port(0).metrics(counted).endpoint("/raw", endpoint).start();
    RawClient client = new RawClient(server.port(), "/raw");
    RawPeer peer = endpoint.peers().iterator().next();
    byte[] large = new byte[100_001];
    assertThatThrownBy(() -> peer.send(large).toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            UnsentException.class, unsent -> assertThat(unsent.unsent()).isSameAs(large));
    assertThat(counted.of("limit PENDING_BYTES")).isEqualTo(1);
    assertThat(counted.of("sent")).isZero();
    client.socket.abort();
    await().untilAsserted(() -> assertThat(endpoint.peers()).isEmpty());
    assertThatThrownBy(() -> peer.send("late").toCompletableFuture().join())
        .cause()
        .isInstanceOfSatisfying(
            UnsentException.class, unsent -> assertThat(unsent.unsent()).isEqualTo("late"));
  }

  @Test
  @Tag("B13")
  void theRegistryKnowsConnectionsByIdAndByUserAndClosesThem() {
    endpoint.identify(
        request -> Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)));
    int port = serve("/raw");
    RawClient ann = new RawClient(port, "/raw?user=ann");
    RawClient annToo = new RawClient(port, "/raw?user=ann");
    RawClient bob = new RawClient(port, "/raw?user=bob");
    assertThat(endpoint.peers()).hasSize(3);
    assertThat(endpoint.peersOf("ann"))
        .hasSize(2)
        .allSatisfy(peer -> assertThat(endpoint.peer(peer.id())).contains(peer));
    endpoint.peersOf("ann").forEach(peer -> peer.close(4505, "banned"));
    assertThat(ann.closeCode()).isEqualTo(4505);
    assertThat(annToo.closeCode()).isEqualTo(4505);
    await()
        .untilAsserted(
            () -> assertThat(endpoint.peers()).extracting(RawPeer::user).containsExactly("bob"));
    endpoint.peersOf("bob").forEach(RawPeer::terminate);
    assertThat(bob.closeCode()).isEqualTo(1006);
  }

  @Test
  void aSubprotocolIsChosenOrTheUpgradeRefused() {
    endpoint.subprotocols("v2", "v1");
    int port = serve("/raw");
    assertThat(new RawClient(port, "/raw", "v1", "v2").socket.getSubprotocol()).isEqualTo("v2");
    assertThat(new RawClient(port, "/raw", "v1", "x").socket.getSubprotocol()).isEqualTo("v1");
    assertThat(new RawClient(port, "/raw").socket.getSubprotocol()).isEmpty();
    assertThatThrownBy(() -> new RawClient(port, "/raw", "v3"))
        .satisfies(failed ->
            assertThat(failed.getCause())
                .isInstanceOfSatisfying(
                    WebSocketHandshakeException.class,
                    refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(400)));
  }

  @Test
  void typedAndRawLiveSideBySideAndPatternsAreChecked() throws Exception {
    endpoint.onText((peer, text) -> peer.send(text));
    server =
        Server.builder()
            .port(0)
            .endpoint("/raw/{x}", endpoint)
            .endpoint("/ws", Talk.endpoint())
            .start();
    try (Wire typed = Wire.welcomed(server.port(), "ann")) {
      RawClient raw = new RawClient(server.port(), "/raw/1");
      raw.socket.sendText("echo", true).join();
      assertThat(raw.next()).isEqualTo("echo");
      typed.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      raw.socket.abort();
    }
    for (String bad : List.of("no-slash", "/a/{b", "/a/x{b}", "/{a}/{a}")) {
      assertThatThrownBy(() -> PathPattern.of(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
