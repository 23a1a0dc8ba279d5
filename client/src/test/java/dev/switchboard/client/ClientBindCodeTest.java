package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import dev.switchboard.spi.ServerMetrics;
import dev.switchboard.transport.HttpResponse;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that connects with bind codes, against a server that issues them; real sockets. */
@Tag("A20")
class ClientBindCodeTest {
  private final List<ServerMetrics.BindCodeEvent> counted = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final Server server =
      Server.builder()
          .port(0)
          .metrics(
              new ServerMetrics() {
                @Override
                public void bindCode(String path, BindCodeEvent what) {
                  counted.add(what);
                }
              })
          .endpoint(
              "/ws",
              Endpoint.of(Talk.class)
                  .authenticate(ClientBindCodeTest::prove)
                  .bindCodes("/bind-code")
                  .reply(Talk.Ask.class, (ask, from) -> new Talk.Answer(ask.n() + 1)))
          .endpoint(
              "/raw",
              RawEndpoint.create().authenticate(ClientBindCodeTest::prove).bindCodes("/raw-code"))
          .post("/busy", request -> HttpResponse.text(503, "later\n"))
          .post("/strange", request -> HttpResponse.text(200, "{\"code\":7}"))
          .post("/elsewhere", request -> HttpResponse.text(302, "").with("Location", "/bind-code"))
          .start();

  private static AuthenticatedUser prove(Credentials credentials) throws AuthenticationException {
    if (!credentials.value().startsWith("ann-")) {
      throw AuthenticationException.refused("token: not signed by a known key");
    }
    return AuthenticatedUser.of("ann").until(Instant.now().plus(Duration.ofHours(1)));
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private String uri(String path) {
    return "ws://127.0.0.1:" + server.port() + path;
  }

  private URI http(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private TokenSupplier tokens(String token) {
    return () -> {
      asked.incrementAndGet();
      return CompletableFuture.completedFuture(token);
    };
  }

  private static ClientBuilder<Client<Talk>> builder(boolean asMessage) {
    ClientBuilder<Client<Talk>> builder =
        Client.of(Talk.class).reconnect(Reconnect.fixed(Duration.ofMillis(50)));
    return asMessage ? builder.tokenAsMessage() : builder;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachAttemptFetchesACodeAndTheSessionGoesOn(boolean asMessage) {
    try (Client<Talk> client =
        builder(asMessage).bindCode(http("/bind-code"), tokens("ann-1")).connect(uri("/ws"))) {
      assertThat(client.session().orElseThrow().user()).isEqualTo("ann");
      client.join("general");
      client.reconnect();
      await().until(() -> asked.get() == 2 && client.isConnected());
      assertThat(client.session().orElseThrow().resumed()).isTrue();
      assertThat(client.rooms()).containsExactly("general");
      assertThat(counted)
          .containsExactly(
              ServerMetrics.BindCodeEvent.ISSUED,
              ServerMetrics.BindCodeEvent.TAKEN,
              ServerMetrics.BindCodeEvent.ISSUED,
              ServerMetrics.BindCodeEvent.TAKEN);
    }
  }

  @Test
  void aRawClientConnectsWithOneToo() {
    try (RawClient client =
        Client.raw().bindCode(http("/raw-code"), tokens("ann-1")).connect(uri("/raw"))) {
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void aCodeThatWasPassedOnConnectsOnce() throws Exception {
    BindCode code = BindCode.fetch(http("/bind-code"), "ann-1");
    assertThat(code.expireTime())
        .isBetween(Instant.now().plusSeconds(50), Instant.now().plusSeconds(70));
    assertThat(code.toString()).doesNotContain(code.code());
    try (Client<Talk> client = builder(false).bindCode(code.code()).connect(uri("/ws"))) {
      List<ClientEvent.AuthFailed> failed = new CopyOnWriteArrayList<>();
      client.events(ClientEvent.AuthFailed.class, failed::add);
      client.reconnect();
      await().until(() -> client.state() == ConnectionState.CLOSED);
      await().until(() -> !failed.isEmpty() && !failed.getLast().again());
    }
    assertThatThrownBy(() -> builder(true).bindCode(code.code()).connect(uri("/ws")))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageStartingWith("token refused")
        .hasMessageNotContaining(code.code());
  }

  @ParameterizedTest
  @CsvSource({
    "/bind-code, bad, HTTP 401, 401, false",
    "/ws, ann-1, HTTP 426, 426, false",
    "/nowhere, ann-1, HTTP 404, 404, false",
    "/busy, ann-1, HTTP 503, 503, true",
    "/strange, ann-1, not an answer with a code, 200, false",
    "/elsewhere, ann-1, HTTP 302, 302, false"
  })
  void whyThereIsNoCodeIsTyped(
      String path, String token, String why, int status, boolean retryable) {
    assertThatThrownBy(() -> BindCode.fetch(http(path), token))
        .isInstanceOfSatisfying(
            ConnectFailedException.class,
            failed -> {
              assertThat(failed).hasMessageStartingWith("bind code: " + why);
              assertThat(failed.status()).isEqualTo(status);
              assertThat(failed.retryable()).isEqualTo(retryable);
            });
  }

  @Test
  void aServerThatIsAwayMayComeBack() {
    server.close();
    assertThatThrownBy(() -> BindCode.fetch(http("/bind-code"), "ann-1"))
        .isInstanceOfSatisfying(
            ConnectFailedException.class, failed -> assertThat(failed.retryable()).isTrue());
  }

  @Test
  void afterAFinalRefusalTheClientAsksNoMore() {
    Reconnect fast = Reconnect.fixed(Duration.ofMillis(20)).fromTheStart();
    try (Client<Talk> client =
        builder(false)
            .reconnect(fast)
            .bindCode(http("/bind-code"), tokens("bad"))
            .build(uri("/ws"))) {
      assertThatThrownBy(client::connect)
          .isInstanceOfSatisfying(
              ConnectFailedException.class,
              failed -> {
                assertThat(failed).hasMessage("token: bind code: HTTP 401");
                assertThat(failed.status()).isEqualTo(401);
              });
      assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    }
    assertThat(asked).hasValue(1);
    assertThat(counted).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCodeIsNowhereToBeRead(boolean asMessage) throws Exception {
    List<String> codes = new CopyOnWriteArrayList<>();
    TokenSupplier fetching =
        TokenSupplier.blocking(() -> {
          codes.add(BindCode.fetch(http("/bind-code"), "ann-1").code());
          return codes.getLast();
        });
    List<String> lines = new CopyOnWriteArrayList<>();
    ClientBuilder<Client<Talk>> builder = builder(asMessage).bindCode(fetching).debug(lines::add);
    try (Client<Talk> client = builder.connect(uri("/ws"))) {
      client.events(event -> lines.add(event.toString()));
      client.request(new Talk.Ask(1));
      client.reconnect();
      await().until(() -> codes.size() == 2 && client.isConnected());
      lines.add(client.debugInfo().text());
      lines.add(client.debugInfo().json());
      lines.add(client.connection().toString());
    }
    assertThat(lines).hasSizeGreaterThan(10);
    for (String code : codes) {
      assertThat(lines).noneMatch(line -> line.contains(code));
    }
  }

  @Test
  void anOptionThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> Client.of(Talk.class).bindCode("s3cr3t, more"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cr3t");
    assertThatThrownBy(() ->
            Client.of(Talk.class).bindCode(URI.create("ws://127.0.0.1/code"), tokens("ann-1")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BindCode.fetch(http("/bind-code"), "s3cr3t\nmore"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cr3t");
  }
}
