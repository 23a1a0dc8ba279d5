package dev.switchboard.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keys from a real HTTP server, which changes them, fails, and misbehaves. */
@Tag("A15")
class JwksTest {
  private static final KeyPair OTHER = Forge.pair("EC");
  private static final String KEYS_GONE = "token: its keys can't be fetched now";
  private static final String UNKNOWN = "token: not signed by a known key";

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger fetches = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private HttpServer server;
  private JwtAuthenticator authenticator;

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    authenticator = authenticator("/jwks");
    publishes("a", Forge.EC);
  }

  @AfterEach
  void stop() {
    ended.countDown();
    server.stop(0);
    threads.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      fetches.incrementAndGet();
      answers.getOrDefault(exchange.getRequestURI().getPath(), status(404)).to(exchange);
    }
  }

  private JwtAuthenticator authenticator(String path) {
    return JwtAuthenticator.builder()
        .jwks(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
        .jwksCache(Duration.ofMinutes(10), Duration.ofHours(4))
        .issuer(Forge.ISSUER)
        .audience("chat")
        .clock(() -> Forge.NOW)
        .ticker(nanos::get)
        .build();
  }

  private void passes(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  private static Answer body(String body) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  private static Answer redirect(String to) {
    return exchange -> {
      exchange.getResponseHeaders().add("Location", to);
      exchange.sendResponseHeaders(302, -1);
    };
  }

  private static String set(String... keys) {
    return "{\"keys\":[" + String.join(",", keys) + "]}";
  }

  private static String jwk(String kid, KeyPair pair) {
    return Forge.jwk(pair.getPublic(), "\"kid\":\"" + kid + "\",\"use\":\"sig\"");
  }

  private void publishes(String kid, KeyPair pair) {
    answers.put("/jwks", body(set(jwk(kid, pair))));
  }

  private static String token(String kid, KeyPair pair) {
    String header = "{\"alg\":\"ES256\",\"kid\":\"" + kid + "\"}";
    return Forge.token("ES256", pair.getPrivate(), header, Forge.claims().toString());
  }

  private AuthenticatedUser user(String token) throws Exception {
    return authenticator.authenticate(new Credentials(Credentials.Kind.TOKEN, token));
  }

  private void accepted(String kid, KeyPair pair) throws Exception {
    assertThat(user(token(kid, pair)).name()).isEqualTo("ann");
  }

  private void refused(String kid, KeyPair pair) {
    assertThatThrownBy(() -> user(token(kid, pair)))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage(UNKNOWN)
        .satisfies(told -> assertThat(((AuthenticationException) told).retryable()).isFalse());
  }

  private void unavailable(String kid, KeyPair pair) {
    assertThatThrownBy(() -> user(token(kid, pair)))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage(KEYS_GONE)
        .satisfies(told -> assertThat(((AuthenticationException) told).retryable()).isTrue());
  }

  @Test
  void keysAreFetchedOnceAndKept() throws Exception {
    assertThat(fetches).hasValue(0);
    for (int i = 0; i < 100; i++) {
      accepted("a", Forge.EC);
    }
    assertThat(fetches).hasValue(1);
  }

  @Test
  void allWhoWaitShareOneFetch() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    answers.put(
        "/jwks",
        exchange -> {
          awaitQuietly(go);
          body(set(jwk("a", Forge.EC))).to(exchange);
        });
    List<Future<AuthenticatedUser>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(threads.submit(() -> user(token("a", Forge.EC))));
    }
    await().untilAtomic(fetches, Matchers.is(1));
    go.countDown();
    for (Future<AuthenticatedUser> each : waiting) {
      assertThat(each.get(10, TimeUnit.SECONDS).name()).isEqualTo("ann");
    }
    assertThat(fetches).hasValue(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aNewKeyIsFetchedWhenATokenNamesIt() throws Exception {
    accepted("a", Forge.EC);
    answers.put("/jwks", body(set(jwk("a", Forge.EC), jwk("b", OTHER))));
    passes(JwksKeys.PAUSE);
    accepted("b", OTHER);
    accepted("a", Forge.EC);
    assertThat(fetches).hasValue(2);
  }

  @Test
  void namesOfUnknownKeysFetchNoMoreOftenThanThePause() throws Exception {
    accepted("a", Forge.EC);
    for (int i = 0; i < 100; i++) {
      refused("k" + i, Forge.EC);
    }
    assertThat(fetches).hasValue(1);
    passes(JwksKeys.PAUSE);
    for (int i = 0; i < 100; i++) {
      refused("k" + i, Forge.EC);
    }
    assertThat(fetches).hasValue(2);
  }

  @Test
  void oldKeysAreFetchedAgainWithoutWaiting() throws Exception {
    accepted("a", Forge.EC);
    publishes("b", OTHER);
    passes(Duration.ofMinutes(10));
    accepted("a", Forge.EC); // the old one, and it starts a fetch
    await().untilAsserted(() -> refused("a", Forge.EC));
    accepted("b", OTHER);
    assertThat(fetches).hasValue(2);
  }

  @Test
  void knownKeysOutliveAnOutageForTheTimeThatIsSaid() throws Exception {
    accepted("a", Forge.EC);
    answers.put("/jwks", status(503));
    passes(Duration.ofMinutes(10).plusHours(4).minusNanos(1));
    accepted("a", Forge.EC);
    await().untilAtomic(fetches, Matchers.is(2));
    passes(Duration.ofNanos(1));
    unavailable("a", Forge.EC);
    publishes("a", Forge.EC);
    passes(JwksKeys.PAUSE_AFTER_FAILURE);
    accepted("a", Forge.EC);
  }

  @Test
  void anUnknownKeyDuringAnOutageMayBeANewOne() throws Exception {
    accepted("a", Forge.EC);
    answers.put("/jwks", status(503));
    passes(JwksKeys.PAUSE);
    unavailable("b", OTHER);
    accepted("a", Forge.EC);
    answers.put("/jwks", body(set(jwk("b", OTHER))));
    unavailable("b", OTHER); // not before the pause is over
    assertThat(fetches).hasValue(2);
    passes(JwksKeys.PAUSE_AFTER_FAILURE);
    accepted("b", OTHER);
  }

  @Test
  void aServerThatIsNotThereIsTriedAgainLater() throws Exception {
    int port = server.getAddress().getPort();
    server.stop(0);
    unavailable("a", Forge.EC);
    unavailable("a", Forge.EC);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    passes(JwksKeys.PAUSE_AFTER_FAILURE);
    accepted("a", Forge.EC);
  }

  @Test
  void aBodyThatIsNoKeySetChangesNothing() throws Exception {
    accepted("a", Forge.EC);
    for (String body :
        List.of(
            "",
            "<html>",
            "[]",
            "{}",
            "{\"keys\":{}}",
            "{\"keys\":[]}",
            "{\"keys\":[1,null,\"x\"]}",
            "{\"keys\":[],\"keys\":[" + jwk("b", OTHER) + "]}",
            set("{\"kty\":\"EC\"}"),
            set("[".repeat(5000)),
            set(Forge.jwk(OTHER.getPublic(), "\"kid\":\"b\",\"use\":\"enc\"")),
            set("{\"kty\":\"oct\",\"kid\":\"b\",\"k\":\"" + Forge.encoded(Forge.SECRET) + "\"}"))) {
      answers.put("/jwks", body(body));
      passes(JwksKeys.PAUSE);
      unavailable("b", OTHER);
      accepted("a", Forge.EC);
    }
  }

  @Test
  void keysThatAreNotSupportedAreLeftOut() throws Exception {
    answers.put(
        "/jwks",
        body(
            set(
                "{\"kty\":\"new\",\"kid\":\"n\"}",
                "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"" + Forge.encoded(Forge.SECRET) + "\"}",
                Forge.jwk(Forge.EC.getPublic(), "\"kid\":\"x\",\"alg\":\"ES512\""),
                jwk("a", Forge.EC))));
    accepted("a", Forge.EC);
    String secret =
        Forge.token(
            "HS256", Forge.HS, "{\"alg\":\"HS256\",\"kid\":\"s\"}", Forge.claims().toString());
    assertThatThrownBy(() -> user(secret)).hasMessage(UNKNOWN);
    assertThatThrownBy(() -> user(Forge.token("HS256", Forge.HS, Forge.claims())))
        .hasMessage(UNKNOWN);
  }

  @Test
  void aTokenWithoutKeyIdIsTriedWithAllKeys() throws Exception {
    answers.put("/jwks", body(set(jwk("b", OTHER), jwk("a", Forge.EC))));
    assertThat(user(Forge.token("ES256", Forge.EC.getPrivate(), Forge.claims())).name())
        .isEqualTo("ann");
  }

  @Test
  void theNameOfAKeyIsNoNameForAnotherKey() throws Exception {
    answers.put("/jwks", body(set(jwk("b", OTHER), jwk("a", Forge.EC))));
    refused("b", Forge.EC);
    accepted("b", OTHER);
  }

  @Test
  void aGiantBodyIsNotRead() throws Exception {
    AtomicLong written = new AtomicLong();
    answers.put(
        "/jwks",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 10_000; i++) {
              out.write(spaces);
              written.addAndGet(spaces.length);
            }
          }
        });
    unavailable("a", Forge.EC);
    assertThat(written.get()).isLessThan(100L << 20);
  }

  @Test
  void aBodyOfTheLimitIsReadAndOneMoreByteIsNot() throws Exception {
    String keys = set(jwk("a", Forge.EC));
    String full = keys + " ".repeat(JwksFetch.MAX_BYTES - keys.length());
    answers.put("/jwks", body(full + " "));
    unavailable("a", Forge.EC);
    answers.put("/jwks", body(full));
    passes(JwksKeys.PAUSE_AFTER_FAILURE);
    accepted("a", Forge.EC);
  }

  @Test
  void aBodyThatTricklesIsGivenUp() throws Exception {
    CountDownLatch trickled = new CountDownLatch(1);
    answers.put(
        "/trickle",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          do {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
            trickled.countDown();
          } while (!over());
        });
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/trickle");
    assertThatThrownBy(() -> new JwksFetch(url, Duration.ofSeconds(2)).fetch())
        .isInstanceOf(IOException.class)
        .hasMessage("no answer within 2000 ms");
    assertThat(trickled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private boolean over() {
    try {
      return ended.await(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      return true;
    }
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() {
    answers.put("/silent", exchange -> awaitQuietly(ended));
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/silent");
    assertThatThrownBy(() -> new JwksFetch(url, Duration.ofMillis(300)).fetch())
        .hasMessage("no answer within 300 ms");
  }

  @Test
  void threeRedirectsAreFollowedAndNotAFourth() throws Exception {
    answers.put("/1", redirect("/2"));
    answers.put("/2", redirect("/3"));
    answers.put("/3", redirect("/jwks"));
    answers.put("/0", redirect("/1"));
    authenticator = authenticator("/1");
    accepted("a", Forge.EC);
    authenticator = authenticator("/0");
    unavailable("a", Forge.EC);
    answers.put("/loop", redirect("/loop"));
    authenticator = authenticator("/loop");
    unavailable("a", Forge.EC);
  }

  @Test
  void aRedirectToAnAddressThatOthersCouldAnswerForIsNotFollowed() throws Exception {
    for (String to :
        List.of(
            "http://login.example.com/jwks",
            "file:///etc/passwd",
            "ftp://127.0.0.1/jwks",
            "//login.example.com/jwks",
            "http://ann:pw@127.0.0.1/jwks",
            "::",
            "")) {
      answers.put("/away", redirect(to));
      URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/away");
      assertThatThrownBy(() -> new JwksFetch(url, Duration.ofSeconds(5)).fetch())
          .as(to)
          .isInstanceOf(IOException.class)
          .message()
          .matches("redirect to an address that is not https|redirect to something .*|status 302");
    }
  }

  @Test
  void whatIsLoggedShowsNoQuery() {
    URI url = URI.create("https://login.example.com/jwks?key=hunter2");
    assertThat(new JwksFetch(url, Duration.ofSeconds(1)).toString())
        .isEqualTo("https://login.example.com/jwks");
    assertThat(JwtAuthenticator.builder().jwks(url).anyIssuer().anyAudience().build().toString())
        .doesNotContain("hunter2");
  }
}
