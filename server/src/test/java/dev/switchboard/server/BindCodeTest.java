package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.Credentials;
import dev.switchboard.spi.Limit;
import dev.switchboard.spi.ServerMetrics;
import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Codes that connect a second client as the same user, once; over raw sockets. */
@Tag("B16")
class BindCodeTest {
  private static final String HOST = "Host: localhost:8080";
  private static final String CLOSE = "\r\nConnection: close\r\n\r\n";
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final String TOKEN = "Authorization: Bearer good.ann.admin";

  private final ManualClock clock = new ManualClock();
  private final List<String> counted = new CopyOnWriteArrayList<>();
  private final AtomicReference<AuthenticatedUser> heard = new AtomicReference<>();
  private final AtomicReference<@Nullable Instant> end = new AtomicReference<>();
  private final Server server =
      Server.builder()
          .port(0)
          .clock(clock)
          .metrics(new Counts())
          .endpoint("/ws", endpoint("/bind-code"))
          .endpoint(
              "/any",
              RawEndpoint.create()
                  .authenticate(this::prove)
                  .cookie("session")
                  .anyOrigin()
                  .bindCodes("/any-code"))
          .endpoint("/other", endpoint("/other-code"))
          .start();

  private Endpoint<Talk> endpoint(String path) {
    return Endpoint.of(Talk.class)
        .authenticate(this::prove)
        .cookie("session")
        .origins("https://app.example.com")
        .bindCodes(path)
        .on(Talk.Note.class, (note, from) -> heard.set(from.authenticated().orElseThrow()));
  }

  private AuthenticatedUser prove(Credentials credentials) throws AuthenticationException {
    String[] words = credentials.value().split("\\.", -1);
    if (!words[0].equals("good") || credentials.kind() == Credentials.Kind.BIND_CODE) {
      throw AuthenticationException.refused("token: not signed by a known key");
    }
    return new AuthenticatedUser(
        words[1], Map.of("level", 7), Set.of(words[2]), end.get(), "token-1");
  }

  private final class Counts implements ServerMetrics {
    @Override
    public void bindCode(String path, BindCodeEvent what) {
      counted.add(path + " " + what);
    }

    @Override
    public void limitReached(String path, Limit limit) {
      counted.add(path + " " + limit);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String ask(int port, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String request(String method, String path, String... fields) throws IOException {
    return ask(
        server.port(),
        method
            + " "
            + path
            + " HTTP/1.1\r\nConnection: close\r\n"
            + String.join("\r\n", fields)
            + "\r\n\r\n");
  }

  private JsonNode issued(String path, String... fields) throws IOException {
    String answer = request("POST", path, fields);
    assertThat(answer).startsWith("HTTP/1.1 200").contains("Cache-Control: no-store");
    return Wire.JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
  }

  private String code() throws IOException {
    return issued("/bind-code", HOST, TOKEN).get("code").stringValue();
  }

  private int upgrade(String path, String... fields) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      String head =
          "GET "
              + path
              + " HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              + HOST
              + "\r\n"
              + String.join("\r\n", fields)
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      byte[] line = socket.getInputStream().readNBytes(12); // HTTP/1.1 101
      return Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
    }
  }

  private static String offer(String code) {
    return "Sec-WebSocket-Protocol: switchboard.v1.json, switchboard.code." + code;
  }

  private Wire shown(String code) {
    return Wire.open(server.port(), "/ws")
        .say("{\"type\":\"authenticate\",\"id\":1,\"code\":\"" + code + "\"}");
  }

  @Test
  void aCodeIsRandomAndTellsWhenItExpires() throws Exception {
    Set<String> codes = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      JsonNode issued = issued("/bind-code", HOST, TOKEN);
      assertThat(issued.propertyNames()).containsExactlyInAnyOrder("code", "expireTime");
      assertThat(issued.get("expireTime").longValue()).isEqualTo(clock.millis() + 60_000);
      assertThat(issued.get("code").stringValue()).as("192 bits").matches("[\\w-]{32}");
      codes.add(issued.get("code").stringValue());
    }
    assertThat(codes).hasSize(10);
  }

  @Test
  void aCodeConnectsOnceWithWhatTheTokenProved() throws Exception {
    String code = code();
    try (Wire ann = shown(code)) {
      assertThat(ann.next().get("user").stringValue()).isEqualTo("ann");
      assertThat(ann.next().get("type").stringValue()).isEqualTo("welcome");
      ann.ask("{\"type\":\"note\",\"id\":2,\"data\":{\"text\":\"hello\"}}");
      assertThat(heard.get())
          .isEqualTo(
              new AuthenticatedUser("ann", Map.of("level", 7), Set.of("admin"), null, "token-1"));
    }
    try (Wire again = shown(code)) {
      assertThat(again.next().get("type").stringValue()).isEqualTo("auth_failed");
      assertThat(again.closeCode()).isEqualTo(4501);
    }
    assertThat(upgrade("/ws", offer(code))).isEqualTo(401);
    assertThat(counted).containsExactly("/ws ISSUED", "/ws TAKEN", "/ws REFUSED", "/ws REFUSED");
  }

  @Test
  void anUpgradeTakesACodeToo() throws Exception {
    String code = code();
    assertThat(upgrade("/ws", offer(code))).isEqualTo(101);
    assertThat(upgrade("/ws", offer(code))).as("replayed").isEqualTo(401);
  }

  @Test
  void ofThoseWhoShowACodeAtOnceOneGetsIn() throws Exception {
    try (ExecutorService thieves = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 5; round++) {
        String code = code();
        List<Callable<Integer>> attempts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          attempts.add(() -> upgrade("/ws", offer(code)));
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> attempt : thieves.invokeAll(attempts)) {
          statuses.add(attempt.get());
        }
        assertThat(statuses).containsOnlyOnce(101).filteredOn(status -> status == 401).hasSize(7);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "good.ann.admin"})
  void aGuessedCodeIsRefused(String guess) throws Exception {
    String real = code();
    assertThat(upgrade("/ws", offer(guess))).isEqualTo(401);
    assertThat(upgrade("/ws", offer(real.substring(1)))).isEqualTo(401);
    assertThat(upgrade("/ws", offer(real + "x"))).isEqualTo(401);
    assertThat(upgrade("/ws", offer("y".repeat(5_000)))).isEqualTo(401);
    assertThat(upgrade("/ws", offer(real))).as("the real one is still good").isEqualTo(101);
  }

  @Test
  void anExpiredCodeIsRefused() throws Exception {
    String first = code();
    clock.advance(Duration.ofSeconds(59));
    assertThat(upgrade("/ws", offer(first))).isEqualTo(101);
    String second = code();
    clock.advance(Duration.ofSeconds(60));
    assertThat(upgrade("/ws", offer(second))).isEqualTo(401);
  }

  @Test
  void noCodeOutlivesItsTokenAndNeitherDoesItsConnection() throws Exception {
    end.set(clock.instant().plusSeconds(20));
    JsonNode issued = issued("/bind-code", HOST, TOKEN);
    assertThat(issued.get("expireTime").longValue()).isEqualTo(clock.millis() + 20_000);
    try (Wire ann = shown(issued.get("code").stringValue())) {
      assertThat(ann.next().get("expiresIn").intValue()).isEqualTo(20_000);
    }
  }

  @Test
  void aCodeIsGoodOnlyAtTheEndpointThatIssuedIt() throws Exception {
    String code = code();
    assertThat(upgrade("/other", offer(code))).isEqualTo(401);
    assertThat(upgrade("/ws", offer(code))).isEqualTo(101);
  }

  @Test
  void aConnectionIsRenewedWithACode() throws Exception {
    String second;
    try (Wire ann = shown(code())) {
      ann.next("welcome");
      second = code();
      JsonNode renewed =
          ann.ask("{\"type\":\"authenticate\",\"id\":9,\"code\":\"" + second + "\"}");
      assertThat(renewed.get("type").stringValue()).isEqualTo("auth_success");
      JsonNode again = ann.ask("{\"type\":\"authenticate\",\"id\":10,\"code\":\"" + second + "\"}");
      assertThat(again.get("type").stringValue()).isEqualTo("auth_failed");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"authenticate\",\"id\":1,\"code\":7}",
        "{\"type\":\"authenticate\",\"id\":1,\"code\":\"\"}",
        "{\"type\":\"authenticate\",\"id\":1,\"code\":null}",
        "{\"type\":\"authenticate\",\"id\":1,\"code\":\"x\",\"token\":\"good.ann.admin\"}"
      })
  void aMessageProvesWithOneThing(String message) {
    try (Wire wire = Wire.open(server.port(), "/ws").say(message)) {
      assertThat(wire.closeCode()).isEqualTo(4501);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, X-Nothing: here, 401",
    "POST, Authorization: Bearer bad.ann.admin, 401",
    "POST, Cookie: session=bad.ann.admin, 401",
    "POST, Authorization: Bearer good.ann.admin, 200",
    "POST, Cookie: session=good.ann.admin, 200",
    "GET, Authorization: Bearer good.ann.admin, 405",
    "HEAD, Authorization: Bearer good.ann.admin, 405",
    "PUT, Authorization: Bearer good.ann.admin, 405",
    "DELETE, Authorization: Bearer good.ann.admin, 405"
  })
  void onlyAUserGetsACode(String method, String field, int status) throws Exception {
    String answer = request(method, "/bind-code", HOST, field);
    assertThat(answer).startsWith("HTTP/1.1 " + status);
    assertThat(answer.contains("expireTime")).isEqualTo(status == 200);
    if (status == 405) {
      assertThat(answer).contains("Allow: POST, OPTIONS");
    }
  }

  @Test
  void aCodeGetsNoCode() throws Exception {
    assertThat(request("POST", "/bind-code", HOST, offer(code()))).startsWith("HTTP/1.1 401");
  }

  @Test
  void aBodyIsNotTaken() throws Exception {
    assertThat(request("POST", "/bind-code", HOST, TOKEN, "Content-Length: 0"))
        .startsWith("HTTP/1.1 200");
    assertThat(request("POST", "/bind-code", HOST, TOKEN, "Content-Length: 2"))
        .startsWith("HTTP/1.1 413");
  }

  @ParameterizedTest
  @CsvSource({
    "/bind-code, https://evil.example, 403",
    "/bind-code, null, 403",
    "/bind-code, http://localhost:8080, 200",
    "/bind-code, https://app.example.com, 200",
    "/any-code, https://evil.example, 403",
    "/any-code, null, 403",
    "/any-code, http://localhost:8080, 200"
  })
  void noOtherSiteGetsACodeWithAVisitorsCookie(String path, String origin, int status)
      throws Exception {
    String cookie = "Cookie: session=good.ann.admin";
    String answer = request("POST", path, HOST, cookie, "Origin: " + origin);
    assertThat(answer).startsWith("HTTP/1.1 " + status);
    assertThat(answer.contains("expireTime")).isEqualTo(status == 200);
    if (status == 200) {
      assertThat(answer)
          .contains("Access-Control-Allow-Origin: " + origin)
          .contains("Access-Control-Allow-Credentials: true")
          .contains("Vary: Origin");
    } else {
      assertThat(answer).doesNotContain("Allow-Credentials");
    }
  }

  @Test
  void anyPageMayAskWithATokenIfTheEndpointSaysSo() throws Exception {
    String evil = "Origin: https://evil.example";
    assertThat(request("POST", "/any-code", HOST, TOKEN, evil))
        .startsWith("HTTP/1.1 200")
        .contains("Access-Control-Allow-Origin: *")
        .doesNotContain("Allow-Credentials");
    assertThat(request("POST", "/bind-code", HOST, TOKEN, evil)).startsWith("HTTP/1.1 403");
  }

  @Test
  void aBrowserIsToldBeforehandWhatAPageMayAsk() throws Exception {
    String asks = "Access-Control-Request-Method: POST";
    assertThat(request("OPTIONS", "/bind-code", HOST, asks, "Origin: https://app.example.com"))
        .startsWith("HTTP/1.1 204")
        .contains("Access-Control-Allow-Origin: https://app.example.com")
        .contains("Access-Control-Allow-Methods: POST")
        .contains("Access-Control-Allow-Headers: Authorization");
    assertThat(request("OPTIONS", "/bind-code", HOST, asks, "Origin: https://evil.example"))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("Access-Control-Allow");
  }

  @Test
  void aNameThatIsNotTheServersGetsNoCode() throws Exception {
    assertThat(
            request(
                "POST",
                "/bind-code",
                "Host: evil.example",
                "Origin: http://evil.example",
                "Cookie: session=good.ann.admin"))
        .startsWith("HTTP/1.1 421");
  }

  @Test
  void aUserGetsTenAMinuteAndTheOthersAreNotConcerned() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(request("POST", "/bind-code", HOST, TOKEN)).startsWith("HTTP/1.1 200");
    }
    assertThat(request("POST", "/bind-code", HOST, TOKEN))
        .startsWith("HTTP/1.1 429")
        .contains("Retry-After: 6");
    assertThat(request("POST", "/bind-code", HOST, "Authorization: Bearer good.bob.x"))
        .startsWith("HTTP/1.1 200");
    assertThat(counted).containsOnlyOnce("/ws BIND_CODES");
    clock.advance(Duration.ofSeconds(6));
    assertThat(request("POST", "/bind-code", HOST, TOKEN)).startsWith("HTTP/1.1 200");
  }

  @Test
  void aStoreThatIsAwayIsNoReasonToLetAnybodyIn() throws Exception {
    BindCodes away =
        new BindCodes() {
          @Override
          public void put(String hash, AuthenticatedUser user, Instant expiry) {
            throw new RefusedException(ErrorCode.UNAVAILABLE, "the store is away");
          }

          @Override
          public Optional<AuthenticatedUser> take(String hash) {
            throw new RefusedException(ErrorCode.UNAVAILABLE, "the store is away");
          }

          @Override
          public void close() {
            counted.add("closed");
          }
        };
    RawEndpoint endpoint =
        RawEndpoint.create()
            .authenticate(this::prove)
            .bindCodes(BindCodeOptions.at("/code").withStore(away));
    try (Server other = Server.builder().port(0).endpoint("/raw", endpoint).start()) {
      String asks = "POST /code HTTP/1.1\r\nConnection: close\r\n" + HOST + "\r\n" + TOKEN;
      assertThat(ask(other.port(), asks + "\r\n\r\n"))
          .startsWith("HTTP/1.1 503")
          .contains("Retry-After");
      String shows =
          """
          GET /raw HTTP/1.1
          Upgrade: websocket
          Connection: Upgrade
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
          Sec-WebSocket-Protocol: switchboard.code.x
          """
              .replace("\n", "\r\n");
      assertThat(ask(other.port(), shows + HOST + "\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 503");
    }
    assertThat(counted).containsExactly("closed");
  }

  @Test
  void theStoreSeesNoCodeButItsHash() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    BindCodes watched =
        new BindCodes() {
          private final BindCodes inner = new MemoryBindCodes(clock);

          @Override
          public void put(String hash, AuthenticatedUser user, Instant expiry) {
            seen.add(hash);
            inner.put(hash, user, expiry);
          }

          @Override
          public Optional<AuthenticatedUser> take(String hash) {
            seen.add(hash);
            return inner.take(hash);
          }

          @Override
          public void close() {}
        };
    RawEndpoint endpoint =
        RawEndpoint.create()
            .authenticate(this::prove)
            .bindCodes(BindCodeOptions.at("/code").withStore(watched));
    try (Server other = Server.builder().port(0).endpoint("/raw", endpoint).start()) {
      String asks = "POST /code HTTP/1.1\r\nConnection: close\r\n" + HOST + "\r\n" + TOKEN;
      String code =
          ask(other.port(), asks + "\r\n\r\n").replaceAll("(?s).*\"code\":\"([^\"]+)\".*", "$1");
      assertThat(code).hasSize(32);
      String get = "GET /raw HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
      String shows =
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              + "Sec-WebSocket-Protocol: switchboard.code.";
      String again = ask(other.port(), get + shows + code + "x\r\n" + HOST + CLOSE);
      assertThat(again).startsWith("HTTP/1.1 401");
      assertThat(seen).hasSize(2).doesNotHaveDuplicates().allMatch(HASH.asMatchPredicate());
      assertThat(seen).noneMatch(hash -> hash.contains(code));
    }
  }

  @Test
  void theStoreInMemoryIsBounded() {
    MemoryBindCodes store = new MemoryBindCodes(clock, 3);
    AuthenticatedUser ann = AuthenticatedUser.of("ann");
    for (int i = 0; i < 3; i++) {
      store.put("hash " + i, ann, clock.instant().plusSeconds(60));
    }
    assertThatThrownBy(() -> store.put("one more", ann, clock.instant().plusSeconds(60)))
        .isInstanceOf(RefusedException.class);
    clock.advance(Duration.ofSeconds(61));
    store.put("one more", ann, clock.instant().plusSeconds(60));
    assertThat(store.size()).isEqualTo(1);
  }

  @Test
  void codesNeedAnAuthenticatorAndAPathOfTheirOwn() {
    ServerBuilder guests =
        Server.builder().port(0).endpoint("/raw", RawEndpoint.create().bindCodes("/code"));
    assertThatThrownBy(guests::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("authenticate");
    ServerBuilder taken =
        Server.builder()
            .port(0)
            .post("/code", request -> HttpResponse.text(200, "mine\n"))
            .endpoint("/raw", RawEndpoint.create().authenticate(this::prove).bindCodes("/code"));
    assertThatThrownBy(taken::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/code is taken");
    assertThatThrownBy(() -> BindCodeOptions.at("/code").withLifetime(Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void usersRoutesMayTakePostsOfTheirOwnPagesToo() throws Exception {
    try (Server other =
        Server.builder()
            .port(0)
            .get("/there", request -> HttpResponse.text(200, "read\n"))
            .post("/there", request -> HttpResponse.text(200, "written\n"), "https://app.example")
            .start()) {
      String field = "Connection: close\r\n" + HOST + "\r\n";
      String post = "POST /there HTTP/1.1\r\n" + field;
      assertThat(ask(other.port(), post + "\r\n")).endsWith("written\n");
      assertThat(ask(other.port(), post + "Origin: http://localhost:8080\r\n\r\n"))
          .endsWith("written\n");
      assertThat(ask(other.port(), post + "Origin: https://app.example\r\n\r\n"))
          .endsWith("written\n");
      assertThat(ask(other.port(), post + "Origin: https://evil.example\r\n\r\n"))
          .startsWith("HTTP/1.1 403");
      assertThat(ask(other.port(), "GET /there HTTP/1.1\r\n" + field + "\r\n")).endsWith("read\n");
      assertThat(ask(other.port(), "PUT /there HTTP/1.1\r\n" + field + "\r\n"))
          .contains("Allow: GET, HEAD, POST, OPTIONS");
    }
  }
}
