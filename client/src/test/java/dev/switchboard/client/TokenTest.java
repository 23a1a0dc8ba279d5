package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client with tokens and a server that asks for them, over real sockets. */
@Tag("A15")
class TokenTest {
  /** What the server was shown. */
  private final List<String> shown = new CopyOnWriteArrayList<>();

  /** How long the next token is good. */
  private volatile Duration life = Duration.ofHours(1);

  /** How often the server can't check tokens yet. */
  private final AtomicInteger unavailable = new AtomicInteger();

  /** Names tokens, and counts the calls of suppliers. */
  private final AtomicInteger made = new AtomicInteger();

  private Endpoint<Talk> endpoint = endpoint();
  private Server server = serve(0);

  private Endpoint<Talk> endpoint() {
    return Endpoint.of(Talk.class)
        .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
        .authenticate(this::prove)
        .reply(Talk.Ask.class, (ask, from) -> new Talk.Answer(ask.n() + 1));
  }

  private Server serve(int port) {
    endpoint = endpoint();
    return Server.builder()
        .host("127.0.0.1")
        .port(port)
        .endpoint("/ws", endpoint)
        .endpoint("/raw", RawEndpoint.create().authenticate(this::prove))
        .endpoint("/open", RawEndpoint.create().guests())
        .start();
  }

  /** Tokens begin with the user's name; those of nobody are bad. */
  private AuthenticatedUser prove(Credentials credentials) throws AuthenticationException {
    shown.add(credentials.value());
    if (unavailable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw AuthenticationException.unavailable("keys: can't be fetched", null);
    }
    if (!credentials.value().startsWith("ann-")) {
      throw AuthenticationException.refused("token: not signed by a known key");
    }
    return AuthenticatedUser.of("ann").until(Instant.now().plus(life));
  }

  private String uri(String path) {
    return "ws://127.0.0.1:" + server.port() + path;
  }

  private CompletionStage<String> another() {
    return CompletableFuture.completedFuture("ann-" + made.incrementAndGet());
  }

  private static ClientBuilder<Client<Talk>> builder(boolean asMessage) {
    ClientBuilder<Client<Talk>> builder =
        Client.of(Talk.class).reconnect(Reconnect.fixed(Duration.ofMillis(50)));
    return asMessage ? builder.tokenAsMessage() : builder;
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private static <E extends ClientEvent> List<E> heard(WebSocketClient client, Class<E> kind) {
    List<E> events = new CopyOnWriteArrayList<>();
    client.events(kind, events::add);
    return events;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTokenProvesTheUserAndIsAskedForAtEachAttempt(boolean asMessage) {
    try (Client<Talk> client = builder(asMessage).token(this::another).connect(uri("/ws"))) {
      assertThat(client.session().orElseThrow().user()).isEqualTo("ann");
      await().until(client::isAuthenticated);
      client.join("general");
      client.reconnect();
      await().until(() -> shown.size() == 2 && client.isConnected());
      assertThat(shown).containsExactly("ann-1", "ann-2");
      assertThat(client.session().orElseThrow().resumed()).isTrue();
      assertThat(client.rooms()).containsExactly("general");
      client.forceClose();
      assertThat(client.isAuthenticated()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shortTokensAreRenewedUnderLoadAndNothingIsLost(boolean asMessage) throws Exception {
    life = Duration.ofMillis(2_500);
    try (Client<Talk> client = builder(asMessage).token(this::another).build(uri("/ws"))) {
      List<ClientEvent.Authenticated> proved = heard(client, ClientEvent.Authenticated.class);
      List<ClientEvent.Closed> closed = heard(client, ClientEvent.Closed.class);
      List<String> received = new CopyOnWriteArrayList<>();
      client.on(Talk.Said.class, event -> received.add(event.message().message()));
      client.connect();
      Room<Talk> room = client.join("general");
      List<CompletableFuture<Receipt>> sent = new ArrayList<>();
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            for (int i = 0; i < 2; i++) {
              sent.add(room.publishAsync(new Talk.Said("m" + sent.size())).toCompletableFuture());
            }
            return proved.stream().filter(ClientEvent.Authenticated::renewed).count() >= 2;
          });
      CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
      await().until(() -> received.size() >= sent.size());
      assertThat(received)
          .isEqualTo(IntStream.range(0, sent.size()).mapToObj(i -> "m" + i).toList());
      // a machine that stands still for longer than the notice comes too late, and back
      assertThat(closed).extracting(ClientEvent.Closed::code).allMatch(code -> code == 4001);
      assertThat(proved.getLast().expiresIn()).isLessThanOrEqualTo(life);
    }
  }

  @Test
  void aRestartOfTheServerTakesANewTokenAndTheQueueGoesOn() throws Exception {
    try (Client<Talk> client = builder(true).token(this::another).connect(uri("/ws"))) {
      Room<Talk> room = client.join("general");
      int port = server.port();
      List<CompletableFuture<Receipt>> sent = new ArrayList<>();
      sent.add(room.publishAsync(new Talk.Said("before")).toCompletableFuture());
      server.close();
      for (int i = 0; i < 200; i++) {
        sent.add(room.publishAsync(new Talk.Said("m" + i)).toCompletableFuture());
      }
      server = serve(port);
      CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
      assertThat(shown.getLast()).isNotEqualTo("ann-1");
      History<Talk> all = room.history(1_000, 200);
      assertThat(all.messages().getLast().message()).isEqualTo(new Talk.Said("m199"));
    }
  }

  @Test
  void anExpiredProofEndsTheConnectionAndAFreshTokenBringsItBack() {
    life = Duration.ofSeconds(2);
    List<ClientEvent.Closed> closed = new CopyOnWriteArrayList<>();
    TokenSupplier failingBefore =
        () -> {
          if (made.get() > 0 && closed.isEmpty()) {
            throw new IOException("the login server is away");
          }
          return another();
        };
    try (Client<Talk> client = builder(false).token(failingBefore).build(uri("/ws"))) {
      client.events(ClientEvent.Closed.class, closed::add);
      List<ClientEvent.AuthFailed> failed = heard(client, ClientEvent.AuthFailed.class);
      client.connect();
      await().until(() -> !failed.isEmpty());
      assertThat(failed.getFirst().again()).isTrue();
      assertThat(failed.getFirst().message()).contains("the login server is away");
      life = Duration.ofHours(1);
      await().until(() -> !closed.isEmpty() && client.isAuthenticated());
      assertThat(closed).extracting(ClientEvent.Closed::code).containsExactly(4001);
      assertThat(client.session().orElseThrow().resumed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFinalRefusalEndsTheClientAfterTwoAttempts(boolean asMessage) throws Exception {
    TokenSupplier bad = () -> CompletableFuture.completedFuture("bad-" + made.incrementAndGet());
    try (Client<Talk> client =
        Client.of(Talk.class)
            .reconnect(Reconnect.fixed(Duration.ofMillis(1)).fromTheStart())
            .token(bad)
            .build(uri("/ws"))) {
      assertRefused(client, "token refused: ", 2);
    }
    made.set(0);
    shown.clear();
    ClientBuilder<Client<Talk>> once = builder(asMessage).token("bad-forever");
    try (Client<Talk> client = once.build(uri("/ws"))) {
      assertRefused(client, "token refused, and no other given", 1);
    }
  }

  private void assertRefused(WebSocketClient client, String words, int attempts)
      throws InterruptedException {
    List<Boolean> again = new CopyOnWriteArrayList<>();
    client.onAuthFailure(failed -> again.add(failed.again()));
    assertThatThrownBy(client::connect)
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageStartingWith(words)
        .hasMessageNotContaining("bad-")
        .satisfies(why -> assertThat(((ConnectFailedException) why).retryable()).isFalse());
    assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    await().untilAsserted(() -> assertThat(again).containsExactly(true, false));
    assertThat(shown).hasSize(attempts);
    TimeUnit.MILLISECONDS.sleep(300); // many of its waits
    assertThat(shown).as("no hammering").hasSize(attempts);
  }

  @Test
  void aClientThatWasOpenStopsToo() {
    AtomicInteger calls = new AtomicInteger();
    TokenSupplier once =
        () -> CompletableFuture.completedFuture((calls.incrementAndGet() > 1 ? "bad-" : "ann-"));
    try (Client<Talk> client = builder(true).token(once).build(uri("/ws"))) {
      List<ClientEvent.ReconnectFailed> gaveUp = heard(client, ClientEvent.ReconnectFailed.class);
      client.connect();
      client.reconnect();
      await().until(() -> !gaveUp.isEmpty());
      assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
      assertThat(shown).containsExactly("ann-", "bad-");
      assertThat(calls).hasValue(3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerThatCannotCheckTokensNowIsTriedAgain(boolean asMessage) {
    unavailable.set(2);
    ClientBuilder<Client<Talk>> builder =
        Client.of(Talk.class).reconnect(Reconnect.fixed(Duration.ofMillis(20)).fromTheStart());
    if (asMessage) {
      builder.tokenAsMessage();
    } else {
      unavailable.set(0); // a refused upgrade asks for a longer wait than a test has
    }
    try (Client<Talk> client = builder.token(this::another).connect(uri("/ws"))) {
      assertThat(client.isConnected()).isTrue();
      assertThat(shown).hasSize(asMessage ? 3 : 1);
    }
  }

  @Test
  void aSupplierThatFailsFailsTheAttemptAndThatIsRepeated() {
    AtomicInteger calls = new AtomicInteger();
    TokenSupplier failing =
        () ->
            switch (calls.incrementAndGet()) {
              case 1 -> throw new IOException("the login server is away");
              case 2 -> CompletableFuture.failedFuture(new IOException("still away"));
              case 3 -> nothing();
              case 4 -> CompletableFuture.completedFuture("");
              default -> another();
            };
    assertThatThrownBy(() -> builder(false).token(failing).connect(uri("/ws")))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessage("token: java.io.IOException: the login server is away")
        .hasRootCauseMessage("the login server is away");
    Reconnect fast = Reconnect.fixed(Duration.ofMillis(20)).fromTheStart();
    try (Client<Talk> client = builder(false).reconnect(fast).token(failing).build(uri("/ws"))) {
      List<ClientEvent.AuthFailed> failed = heard(client, ClientEvent.AuthFailed.class);
      client.connect();
      await().until(() -> failed.size() == 3);
      assertThat(failed).allMatch(ClientEvent.AuthFailed::again);
      assertThat(shown).containsExactly("ann-1");
    }
  }

  @SuppressWarnings("NullAway") // a supplier may be wrong
  private static CompletionStage<String> nothing() {
    return null;
  }

  @Test
  void aSlowSupplierIsWaitedForAndBlocksNobodyElse() throws Exception {
    CountDownLatch wanted = new CountDownLatch(1);
    CountDownLatch ready = new CountDownLatch(1);
    TokenSupplier slow =
        TokenSupplier.blocking(() -> {
          wanted.countDown();
          ready.await();
          return "ann-slow";
        });
    try (Client<Talk> client = builder(true).token(slow).build(uri("/ws"))) {
      CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
      assertThat(wanted.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 8; i++) { // of each loop
        try (Client<Talk> other = builder(true).token("ann-other").connect(uri("/ws"))) {
          assertThat(other.request(new Talk.Ask(1))).isEqualTo(new Talk.Answer(2));
        }
      }
      assertThat(opening).isNotDone();
      ready.countDown();
      assertThat(opening.get(10, TimeUnit.SECONDS).user()).isEqualTo("ann");
    }
  }

  @Test
  void oneThatStillBlocksAtTheEndIsInterrupted() throws Exception {
    CountDownLatch wanted = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    TokenSupplier stuck =
        TokenSupplier.blocking(() -> {
          wanted.countDown();
          try {
            Thread.sleep(Duration.ofHours(1));
          } catch (InterruptedException end) {
            interrupted.countDown();
          }
          return "ann-never";
        });
    try (Client<Talk> client = builder(true).token(stuck).build(uri("/ws"))) {
      CompletableFuture<?> unused = client.connectAsync().toCompletableFuture();
      assertThat(wanted.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(shown).isEmpty();
  }

  @Test
  void aHundredReconnectsAtOnceAskForOneTokenAtATime() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    TokenSupplier counting =
        TokenSupplier.blocking(() -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          Thread.sleep(20);
          running.decrementAndGet();
          return "ann-" + made.incrementAndGet();
        });
    try (Client<Talk> client = builder(true).token(counting).connect(uri("/ws"))) {
      client.join("general");
      List<Thread> threads =
          IntStream.range(0, 100)
              .mapToObj(i -> Thread.ofVirtual().start(client::reconnect))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }
      await().until(() -> client.isConnected() && client.isAuthenticated());
      assertThat(client.request(new Talk.Ask(1))).isEqualTo(new Talk.Answer(2));
      assertThat(client.rooms()).containsExactly("general");
      assertThat(most).hasValue(1);
      assertThat(made.get()).isBetween(2, 101);
    }
  }

  @Test
  void aRawClientShowsItInTheHeaderAndIsRefusedWithoutHammering() throws Exception {
    try (RawClient client =
        Client.raw().token(TokenSupplier.blocking(() -> "ann-raw")).connect(uri("/raw"))) {
      assertThat(client.isAuthenticated()).isTrue();
    }
    assertThat(shown).containsExactly("ann-raw");
    shown.clear();
    try (RawClient client = Client.raw().token("bad-raw").build(uri("/raw"))) {
      assertRefused(client, "token refused, and no other given", 1);
    }
    assertThatThrownBy(() -> Client.raw().tokenAsMessage())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a Switchboard server");
  }

  @Test
  void whereTheServerHasMessagesOfItsOwnTheUserNotesWhatTheySay() {
    Reconnect fast = Reconnect.fixed(Duration.ofMillis(20));
    try (RawClient client = Client.raw().reconnect(fast).build(uri("/open"))) {
      List<Boolean> noted = new CopyOnWriteArrayList<>();
      client.events(ClientEvent.Opened.class, opened -> noted.add(client.isAuthenticated()));
      client.connect();
      await().untilAsserted(() -> assertThat(noted).containsExactly(false));
      client.setAuthenticated(true);
      assertThat(client.isAuthenticated()).isTrue();
      client.setAuthenticated(false);
      assertThat(client.isAuthenticated()).isFalse();
      client.setAuthenticated(true);
      client.reconnect();
      await().untilAsserted(() -> assertThat(noted).containsExactly(false, false));
      assertThat(client.isAuthenticated()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTokenIsNowhereToBeRead(boolean asMessage) {
    String secret = "ann-s3cr3t";
    List<String> lines = new CopyOnWriteArrayList<>();
    ClientBuilder<Client<Talk>> builder = builder(asMessage).token(secret).debug(lines::add);
    try (Client<Talk> client = builder.connect(uri("/ws"))) {
      client.events(event -> lines.add(event.toString()));
      client.request(new Talk.Ask(1));
      client.reconnect();
      await().until(() -> shown.size() == 2 && client.isConnected());
      lines.add(client.debugInfo().text());
      lines.add(client.debugInfo().json());
      lines.add(client.connection().toString());
    }
    assertThat(lines).hasSizeGreaterThan(10).noneMatch(line -> line.contains("s3cr3t"));
    assertThat(lines).anyMatch(line -> line.contains("asking for a token"));
  }

  @Test
  void anOptionThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() ->
            Client.of(Talk.class)
                .header("authorization", "Basic x")
                .token("ann-1")
                .build(uri("/ws")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("header: Authorization (expected: none, with a token)");
    assertThatThrownBy(() -> Client.of(Talk.class).token("s3cr3t with\nmore"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cr3t");
  }
}
