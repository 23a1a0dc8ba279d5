package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Who may connect, until when, and how a client stays; over raw sockets and the JDK's client. */
@Tag("B3")
class AuthenticateTest {
  private final List<Credentials> shown = new CopyOnWriteArrayList<>();
  private final AtomicReference<Duration> lifetime = new AtomicReference<>();
  private final AtomicReference<String> heard = new AtomicReference<>("");
  private final Endpoint<Talk> endpoint = endpoint();
  private final Server server =
      Server.builder()
          .port(0)
          .endpoint("/ws", endpoint)
          .endpoint("/raw", RawEndpoint.create().authenticate(this::prove).cookie("session"))
          .start();

  private Endpoint<Talk> endpoint() {
    return Endpoint.of(Talk.class)
        .authenticate(this::prove)
        .cookie("session")
        .on(
            Talk.Note.class,
            (note, from) -> {
              AuthenticatedUser user = from.authenticated().orElseThrow();
              heard.set(user.name() + " " + user.roles() + " " + note.text());
            });
  }

  /** A token is the user's name and a role behind a word: {@code good ann admin}. */
  private AuthenticatedUser prove(Credentials credentials) throws AuthenticationException {
    shown.add(credentials);
    String[] words = credentials.value().split("\\.", -1);
    Duration life = lifetime.get();
    return switch (words[0]) {
      case "good" ->
          new AuthenticatedUser(
              words[1],
              Map.of(),
              words.length > 2 ? Set.of(words[2]) : Set.of(),
              life == null ? null : Instant.now().plus(life),
              null);
      case "away" -> throw AuthenticationException.unavailable("keys: can't be fetched", null);
      case "broken" -> throw new IllegalStateException("a mistake, with a secret in it");
      default -> throw AuthenticationException.refused("token: not signed by a known key");
    };
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String upgrade(String path, String... fields) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      String head =
          "GET "
              + path
              + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              + String.join("\r\n", fields)
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("\r\n\r\n") < 0) {
        answer.append((char) socket.getInputStream().read());
      }
      return answer.toString();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/raw, X-Nothing: here, 401, -",
    "/raw, Authorization: Bearer good.ann, 101, TOKEN",
    "/raw, authorization: bearer good.ann, 101, TOKEN",
    "/raw, Authorization: Bearer bad.ann, 401, TOKEN",
    "/raw, Authorization: Basic good.ann, 401, -",
    "/raw, Authorization: Bearer, 401, -",
    "/raw, Authorization: Bearer away, 503, TOKEN",
    "/raw, Authorization: Bearer broken, 503, TOKEN",
    "/raw, 'Sec-WebSocket-Protocol: switchboard.bearer.good.ann', 101, TOKEN",
    "/raw, 'Sec-WebSocket-Protocol: switchboard.code.good.ann', 101, BIND_CODE",
    "/raw, 'Cookie: a=b; session=good.ann; c=d', 101, COOKIE",
    "/raw, 'Cookie: xsession=good.ann', 401, -",
    "/raw, 'Cookie: session=', 401, -",
    "/ws, Authorization: Bearer good.ann, 101, TOKEN",
    "/ws, Authorization: Bearer bad.ann, 401, TOKEN",
    "/ws, 'Sec-WebSocket-Protocol: switchboard.v1.json, switchboard.bearer.good.ann', 101, TOKEN",
    "/ws, 'Sec-WebSocket-Protocol: switchboard.bearer.bad.ann, switchboard.v1.json', 401, TOKEN",
    "/ws, Cookie: session=bad.ann, 401, COOKIE"
  })
  void anUpgradeNeedsCredentials(String path, String field, int status, String kind)
      throws Exception {
    String answer = upgrade(path, field);
    assertThat(answer).startsWith("HTTP/1.1 " + status);
    assertThat(shown)
        .map(one -> one.kind().name())
        .isEqualTo(kind.equals("-") ? List.of() : List.of(kind));
    if (status == 401) {
      assertThat(answer).containsIgnoringCase("WWW-Authenticate: Bearer");
    }
    assertThat(answer).doesNotContain("good.ann").doesNotContain("secret");
  }

  @Test
  void theHeaderGoesBeforeTheCookieWhichBrowsersSendUnasked() throws Exception {
    assertThat(upgrade("/raw", "Cookie: session=bad.ann", "Authorization: Bearer good.ann"))
        .startsWith("HTTP/1.1 101");
    assertThat(upgrade("/raw", "Cookie: session=good.ann", "Authorization: Bearer bad.ann"))
        .startsWith("HTTP/1.1 401");
  }

  private Wire waiting() {
    return Wire.open(server.port(), "/ws");
  }

  private static String authenticate(String token) {
    return "{\"type\":\"authenticate\",\"id\":1,\"token\":\"" + token + "\"}";
  }

  private Wire authenticated(String token) {
    Wire wire = waiting().say(authenticate(token));
    assertThat(wire.next().get("type").stringValue()).isEqualTo("auth_success");
    return wire;
  }

  @Test
  void aFirstMessageMayHoldTheToken() {
    try (Wire wire = authenticated("good.ann.admin")) {
      JsonNode welcome = wire.next();
      assertThat(welcome.get("type").stringValue()).isEqualTo("welcome");
      assertThat(welcome.get("user").stringValue()).isEqualTo("ann");
      wire.ask("{\"type\":\"note\",\"id\":2,\"data\":{\"text\":\"hello\"}}");
      assertThat(heard.get()).isEqualTo("ann [admin] hello");
      assertThat(endpoint.hub().connectionCounts().sizes())
          .isEqualTo(Map.of("open", 1, "users", 1, "addresses", 1));
    }
    await().untilAsserted(this::nothingIsHeld);
  }

  private void nothingIsHeld() {
    assertThat(endpoint.hub().connectionCounts().sizes())
        .isEqualTo(Map.of("open", 0, "users", 0, "addresses", 0));
  }

  @Test
  void whatFollowsTheTokenWaitsForItAndAResumeMayFollow() {
    Wire before = authenticated("good.ann");
    JsonNode welcome = before.next();
    before.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":2}");
    before.lose();
    String resume =
        "{\"type\":\"resume\",\"id\":2,\"session\":\"%s\",\"secret\":\"%s\"}"
            .formatted(welcome.get("session").stringValue(), welcome.get("secret").stringValue());
    try (Wire back = waiting().say(authenticate("good.ann")).say(resume)) {
      assertThat(back.next("resumed").get("session")).isEqualTo(welcome.get("session"));
    }
    try (Wire other = waiting().say(authenticate("good.bob")).say(resume)) {
      JsonNode answer = other.next("welcome");
      while (answer.get("re") == null) {
        answer = other.next("welcome");
      }
      assertThat(answer.get("user").stringValue()).as("not ann's session").isEqualTo("bob");
    }
  }

  @Test
  void tokenAndRequestMayComeInOneSegment() throws Exception {
    byte[] token = Stranger.frame(Stranger.FIN | Stranger.TEXT, bytes(authenticate("good.ann")));
    byte[] join =
        Stranger.frame(
            Stranger.FIN | Stranger.TEXT,
            bytes("{\"type\":\"join_room\",\"room\":\"r\",\"id\":2}"));
    byte[] both = Arrays.copyOf(token, token.length + join.length);
    System.arraycopy(join, 0, both, token.length, join.length);
    for (int i = 0; i < 20; i++) {
      try (Stranger ann = new Stranger(server.port(), i)) {
        ann.open("/ws");
        ann.send(both);
        assertThat(ann.hear("auth_success").get("user").stringValue()).isEqualTo("ann");
        assertThat(ann.hear("room_joined").get("re").intValue()).isEqualTo(2);
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}",
        "{\"type\":\"note\",\"id\":1,\"data\":{\"text\":\"hello\"}}",
        "{\"type\":\"chat\",\"everyone\":true,\"data\":{\"message\":\"hi\"}}",
        "{\"type\":\"authenticate\",\"id\":1}",
        "{\"type\":\"authenticate\",\"token\":7}",
        "{\"type\":\"authenticate\",\"token\":\"\"}",
        "{\"type\":\"ping\",\"id\":1}",
        "nonsense",
        "{}"
      })
  void beforeTheTokenNothingElseIsDone(String message) {
    try (Wire wire = waiting().say(message)) {
      assertThat(wire.closeCode()).isEqualTo(4501);
    }
    assertThat(shown).isEmpty();
    assertThat(endpoint.hub().sizes()).containsEntry("sessions", 0);
    await().untilAsserted(this::nothingIsHeld);
  }

  @ParameterizedTest
  @CsvSource({"bad.ann, 4501, false", "away, 1013, true", "broken, 1013, true"})
  void aTokenThatProvesNobodyEndsTheConnection(String token, int code, boolean retryable) {
    try (Wire wire = waiting().say(authenticate(token))) {
      JsonNode answer = wire.next();
      assertThat(answer.get("type").stringValue()).isEqualTo("auth_failed");
      assertThat(answer.get("re").intValue()).isEqualTo(1);
      assertThat(answer.get("retryable").booleanValue()).isEqualTo(retryable);
      assertThat(answer.get("message").stringValue()).doesNotContain("secret");
      assertThat(wire.closeCode()).isEqualTo(code);
    }
    await().untilAsserted(this::nothingIsHeld);
  }

  @Test
  void anExpiredProofEndsWhatIsReceivedAndSent() {
    lifetime.set(Duration.ofSeconds(2));
    try (Wire wire = authenticated("good.ann")) {
      wire.next("welcome");
      JsonNode expiring = wire.next("auth_expiring");
      assertThat(expiring.get("expiresIn").intValue()).isBetween(1, 500);
      assertThat(wire.closeCode()).isEqualTo(4001);
    }
    assertThat(heard.get()).isEmpty();
  }

  @Test
  void aTokenIsRenewedWithoutAReconnect() throws Exception {
    lifetime.set(Duration.ofSeconds(8));
    try (Wire wire = authenticated("good.ann")) {
      wire.next("auth_expiring"); // two seconds before the end
      lifetime.set(Duration.ofHours(1));
      JsonNode renewed =
          wire.ask("{\"type\":\"authenticate\",\"id\":9,\"token\":\"good.ann.editor\"}");
      assertThat(renewed.get("type").stringValue()).isEqualTo("auth_success");
      assertThat(renewed.get("expiresIn").longValue()).isBetween(3_590_000L, 3_600_000L);
      Thread.sleep(2_500); // past the end of the former token
      wire.ask("{\"type\":\"note\",\"id\":2,\"data\":{\"text\":\"still here\"}}");
      assertThat(heard.get()).isEqualTo("ann [editor] still here");
    }
  }

  @Test
  void aRenewalMayNotMakeSomebodyElseOfTheUserNorShortenAnything() {
    try (Wire wire = authenticated("good.ann")) {
      wire.next("welcome");
      JsonNode other = wire.ask("{\"type\":\"authenticate\",\"id\":9,\"token\":\"good.bob\"}");
      assertThat(other.get("type").stringValue()).isEqualTo("auth_failed");
      JsonNode bad = wire.ask("{\"type\":\"authenticate\",\"id\":10,\"token\":\"bad.ann\"}");
      assertThat(bad.get("type").stringValue()).isEqualTo("auth_failed");
      wire.ask("{\"type\":\"note\",\"id\":2,\"data\":{\"text\":\"hello\"}}");
      assertThat(heard.get()).isEqualTo("ann [] hello");
    }
  }

  @Test
  void whereNoTokenIsAskedForNoneIsTaken() {
    try (Server open = Server.builder().port(0).endpoint("/ws", Talk.endpoint()).start();
        Wire wire = Wire.welcomed(open.port(), "ann")) {
      JsonNode answer = wire.ask("{\"type\":\"authenticate\",\"id\":9,\"token\":\"good.bob\"}");
      assertThat(answer.get("type").stringValue()).isEqualTo("auth_failed");
    }
  }

  @Test
  void identifyMaySetAnEndToo() {
    Endpoint<Talk> brief =
        Endpoint.of(Talk.class)
            .identify(request ->
                Verdict.allow(AuthenticatedUser.of("ann").until(Instant.now().plusMillis(300))));
    try (Server open = Server.builder().port(0).endpoint("/ws", brief).start();
        Wire wire = Wire.open(open.port(), "/ws")) {
      wire.next("welcome");
      assertThat(wire.closeCode()).isEqualTo(4001);
    }
  }

  @Test
  void identifyAndAuthenticateExcludeEachOther() {
    Authenticator nobody = credentials -> AuthenticatedUser.of("ann");
    assertThatThrownBy(() ->
            Endpoint.of(Talk.class).authenticate(nobody).identify(request -> Verdict.allow("ann")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("expected: one");
  }

  @Test
  void aCookieThatNothingWouldReadIsRefusedAtStart() {
    ServerBuilder open =
        Server.builder().port(0).endpoint("/ws", Endpoint.of(Talk.class).cookie("session"));
    assertThatThrownBy(open::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "cookie: session, without authenticate (expected: both, as nobody else reads it)");
  }
}
