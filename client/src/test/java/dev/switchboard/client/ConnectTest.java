package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Opening and closing, over real sockets. */
@Tag("A1")
class ConnectTest {
  private final Peer peer = new Peer();

  @AfterEach
  void nothingIsLeft() {
    peer.close();
    assertThat(SharedLoops.users()).as("clients that still hold a loop").isZero();
  }

  private Client<Talk> open(ClientBuilder<Client<Talk>> builder) {
    CompletableFuture<Client<Talk>> opening =
        builder.connectAsync(peer.uri()).toCompletableFuture();
    peer.welcome();
    return opening.orTimeout(5, TimeUnit.SECONDS).join();
  }

  @Test
  void aConnectedClientIsOpenAndHasASession() {
    try (Client<Talk> client = open(Client.of(Talk.class))) {
      assertThat(client.state()).isEqualTo(ConnectionState.OPEN);
      assertThat(client.isConnected()).isTrue();
      assertThat(client.session()).contains(new SessionInfo("s1", "ann", false));
    }
  }

  @Test
  @Tag("A7")
  void closingNeedsNoThreadThatWaits() {
    Client<Talk> client = open(Client.of(Talk.class));
    assertThat(client.closeAsync(4000, "bye")).succeedsWithin(Duration.ofSeconds(5));
    assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    assertThat(client.closeAsync()).isCompleted();
    assertThat(Client.of(Talk.class).build(peer.uri()).closeAsync())
        .succeedsWithin(Duration.ofSeconds(5));
  }

  @Test
  @Tag("A2")
  void headersAndSubprotocolGoWithTheUpgrade() {
    try (Client<Talk> client = open(Client.of(Talk.class).header("X-Ticket", "t1"))) {
      HttpRequest request = peer.request();
      assertThat(request.headers().first("X-Ticket")).isEqualTo("t1");
      assertThat(request.headers().first("Sec-WebSocket-Protocol"))
          .isEqualTo("switchboard.v1.json");
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void aPortWhereNobodyListensIsAnExceptionAndAnEvent() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    List<ClientEvent> events = new CopyOnWriteArrayList<>();
    try (Client<Talk> client = Client.of(Talk.class).build("ws://127.0.0.1:" + nobody + "/")) {
      client.events(ClientEvent.Failed.class, events::add);
      assertThatThrownBy(client::connect)
          .isInstanceOfSatisfying(
              ConnectFailedException.class,
              refused -> {
                assertThat(refused.status()).isZero();
                assertThat(refused.retryable()).isTrue();
                assertThat(refused)
                    .hasMessageEndingWith(
                        "connect: nothing listens at 127.0.0.1:"
                            + nobody
                            + " (expected: a server; is it running, and is this its port?)");
              });
      await().until(() -> events.size() == 1);
      assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    }
  }

  @Test
  void tlsWithAPortThatDoesNotSpeakItIsSaidInWords() {
    assertThatThrownBy(() -> Client.of(Talk.class).connect("wss://127.0.0.1:" + peer.port() + "/"))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageEndingWith(
            "TLS with 127.0.0.1: the server does not speak TLS at this port"
                + " (expected: one that does, or ws://)");
  }

  @Test
  void aRefusedUpgradeSaysItsStatus() {
    peer.refuse(HttpResponse.text(403, "not you"));
    assertThatThrownBy(() -> Client.of(Talk.class).connect(peer.uri()))
        .isInstanceOfSatisfying(
            ConnectFailedException.class,
            refused -> {
              assertThat(refused.status()).isEqualTo(403);
              assertThat(refused.retryable()).isFalse();
            });
  }

  @Test
  void aServerThatNeverSaysWelcomeIsGivenUp() {
    assertThatThrownBy(
            () -> Client.of(Talk.class).connectTimeout(Duration.ofMillis(200)).connect(peer.uri()))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageContaining("welcome");
  }

  @Test
  void connectingCanBeInterrupted() {
    try (Client<Talk> client = Client.of(Talk.class).build(peer.uri())) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      await().until(() -> client.state() == ConnectionState.CLOSED);
    }
  }

  @Test
  void aClientThatFailedToConnectMayTryAgain() {
    peer.refuse(new HttpResponse(503, Headers.EMPTY, new byte[0]));
    try (Client<Talk> client = Client.of(Talk.class).build(peer.uri())) {
      assertThatThrownBy(client::connect).isInstanceOf(ConnectFailedException.class);
      peer.refuse(null);
      CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
      peer.welcome();
      assertThat(opening.orTimeout(5, TimeUnit.SECONDS).join().user()).isEqualTo("ann");
    }
  }

  @Test
  @Tag("A2")
  void badOptionsAreRefusedBeforeAnythingIsOpened() {
    ClientBuilder<Client<Talk>> builder = Client.of(Talk.class);
    assertThatThrownBy(() -> builder.build("http://localhost/"))
        .hasMessageContaining("expected: ws or wss");
    assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO).build(peer.uri()))
        .hasMessage("connectTimeout: PT0S (expected: PT0.001S-PT24H)");
    assertThatThrownBy(() -> Client.of(Talk.class).queue(0, 1).build(peer.uri()))
        .hasMessage("queueMessages: 0 (expected: 1-1000000)");
    assertThatThrownBy(() -> Client.of(Talk.class).header("Upgrade", "x").build(peer.uri()))
        .hasMessageContaining("expected: none that the handshake sets");
    assertThatThrownBy(() -> Reconnect.fixed(Duration.ofDays(2))).hasMessageContaining("PT24H");
    assertThatThrownBy(() -> Join.recent(201)).hasMessage("recent: 201 (expected: 0-200)");
  }

  @Test
  @Tag("A7")
  void closeSays1000AndLeavesNothingBehind() {
    CompletableFuture<Client<Talk>> opening =
        Client.of(Talk.class).connectAsync(peer.uri()).toCompletableFuture();
    Peer.Line line = peer.welcome();
    Client<Talk> client = opening.join();
    List<ClientEvent> closes = new CopyOnWriteArrayList<>();
    client.events(ClientEvent.Closed.class, closes::add);
    client.close();
    assertThat(line.end()).isEqualTo("1000 clean");
    assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    await().until(() -> closes.equals(List.of(new ClientEvent.Closed(1000, "", true))));
    assertThatThrownBy(client::connect).isInstanceOf(ConnectFailedException.class);
    assertThatThrownBy(() -> client.join("general")).isInstanceOf(UnsentException.class);
    client.close();
  }

  @Test
  @Tag("A7")
  void closeCarriesACodeAndAReason() {
    CompletableFuture<Client<Talk>> opening =
        Client.of(Talk.class).connectAsync(peer.uri()).toCompletableFuture();
    Peer.Line line = peer.welcome();
    Client<Talk> client = opening.join();
    assertThatThrownBy(() -> client.close(1006, "")).isInstanceOf(IllegalArgumentException.class);
    client.close(4321, "so long");
    assertThat(line.end()).isEqualTo("4321 so long clean");
  }

  @Test
  @Tag("A7")
  void closingByForceSaysNothing() {
    CompletableFuture<Client<Talk>> opening =
        Client.of(Talk.class).connectAsync(peer.uri()).toCompletableFuture();
    Peer.Line line = peer.welcome();
    opening.join().forceClose();
    assertThat(line.end()).isEqualTo("1006 unclean");
  }

  @Test
  void aClientThatWasNeverConnectedLeavesNothingBehind() {
    Client<Talk> client = Client.of(Talk.class).build(peer.uri());
    assertThat(SharedLoops.users()).isEqualTo(1);
    client.close();
    assertThat(SharedLoops.users()).isZero();
  }

  @Test
  void aThousandClientsShareTheLoops() {
    List<Client<Talk>> clients = new CopyOnWriteArrayList<>();
    try {
      for (int i = 0; i < 1_000; i++) {
        clients.add(Client.of(Talk.class).build(peer.uri()));
      }
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().startsWith("switchboard-loop"))
          .hasSizeLessThan(10);
    } finally {
      clients.forEach(Client::close);
    }
  }

  @Test
  @Tag("A6")
  void aClientTellsOfItsConnection() {
    try (Client<Talk> client =
        Client.of(Talk.class).reconnect(Reconnect.fixed(Duration.ofHours(1))).build(peer.uri())) {
      URI uri = URI.create(peer.uri());
      assertThat(client.connection())
          .isEqualTo(new ConnectionInfo(uri, ReadyState.CLOSED, null, "", null));
      CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
      await().until(() -> client.connection().readyState() == ReadyState.CONNECTING);
      Peer.Line line = peer.welcome();
      opening.orTimeout(5, TimeUnit.SECONDS).join();
      ConnectionInfo open = client.connection();
      assertThat(open.readyState()).isEqualTo(ReadyState.OPEN);
      assertThat(open.subprotocol()).isEqualTo("switchboard.v1.json");
      assertThat(open.extensions()).isEmpty();
      assertThat(open.remoteAddress())
          .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port()));
      line.drop();
      await().until(() -> client.state() == ConnectionState.WAITING);
      assertThat(client.connection().readyState()).isEqualTo(ReadyState.CLOSED);
      assertThat(client.connection().remoteAddress()).isNull();
    }
  }

  @Test
  @Tag("A8")
  void aClientMayGoOnTryingFromTheStart() {
    peer.refuse(HttpResponse.text(503, "not yet"));
    List<ClientEvent> attempts = new CopyOnWriteArrayList<>();
    try (Client<Talk> client =
        Client.of(Talk.class)
            .reconnect(Reconnect.fixed(Duration.ofMillis(20)).fromTheStart())
            .build(peer.uri())) {
      client.events(ClientEvent.ReconnectAttempt.class, attempts::add);
      CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
      await().untilAsserted(() -> assertThat(attempts).hasSizeGreaterThan(2));
      assertThat(opening).isNotDone();
      peer.refuse(null);
      peer.welcome();
      assertThat(opening.orTimeout(20, TimeUnit.SECONDS).join().user()).isEqualTo("ann");
    }
  }

  @Test
  @Tag("A8")
  void connectFailsWhenThereIsNoPointInTryingAnyMore() {
    peer.refuse(HttpResponse.text(503, "never"));
    Reconnect how = Reconnect.fixed(Duration.ofMillis(1)).withMaxAttempts(2).fromTheStart();
    ClientBuilder<Client<Talk>> builder = Client.of(Talk.class).reconnect(how);
    assertThatThrownBy(() -> builder.connect(peer.uri()))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageContaining("503");
    peer.refuse(HttpResponse.text(403, "you not"));
    assertThatThrownBy(() -> builder.connect(peer.uri()))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageContaining("403");
    peer.refuse(HttpResponse.text(503, "never"));
    Client<Talk> client =
        Client.of(Talk.class)
            .reconnect(Reconnect.fixed(Duration.ofHours(1)).fromTheStart())
            .build(peer.uri());
    CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
    await().untilAsserted(() -> assertThat(client.state()).isEqualTo(ConnectionState.WAITING));
    client.close();
    assertThatThrownBy(() -> opening.orTimeout(20, TimeUnit.SECONDS).join())
        .hasMessageContaining("closed before it was open");
  }
}
