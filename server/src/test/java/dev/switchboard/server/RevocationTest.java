package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What proved an identity proves it no longer. */
@Tag("B3")
class RevocationTest {
  private static final Duration LIFE = Duration.ofHours(1);
  private static final String PROVE = "{\"type\":\"authenticate\",\"id\":7,\"token\":\"%s\"}";

  private final ManualClock clock = new ManualClock();
  private final Endpoint<Talk> endpoint = Talk.endpoint(this::prove);
  private final RawEndpoint raw = RawEndpoint.create().authenticate(this::prove);
  private final Server server =
      Server.builder().port(0).clock(clock).endpoint("/ws", endpoint).endpoint("/raw", raw).start();

  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    server.close();
    http.shutdownNow();
  }

  /** A token is a user, its id, and perhaps when it was issued, in seconds: {@code ann-1-1700}. */
  private AuthenticatedUser prove(Credentials credentials) throws AuthenticationException {
    String[] parts = credentials.value().split("-", -1);
    if (parts.length < 2) {
      throw AuthenticationException.refused("no such token");
    }
    Map<String, Object> claims =
        parts.length > 2 ? Map.of("iat", Long.valueOf(parts[2])) : Map.of();
    return new AuthenticatedUser(parts[0], claims, Set.of(), null, parts[1]);
  }

  private long seconds() {
    return clock.instant().getEpochSecond();
  }

  /** Connects with a token in the first message. */
  private Wire proved(String token) {
    Wire wire = Wire.open(server.port(), "/ws");
    assertThat(wire.ask(PROVE.formatted(token)).get("type").stringValue())
        .isEqualTo("auth_success");
    wire.next("welcome");
    return wire;
  }

  private void assertRefused(String token) {
    try (Wire wire = Wire.open(server.port(), "/ws")) {
      JsonNode refused = wire.ask(PROVE.formatted(token));
      assertThat(refused.get("type").stringValue()).isEqualTo("auth_failed");
      assertThat(refused.get("message").stringValue())
          .isEqualTo("the proof of identity was revoked");
      assertThat(refused.get("retryable").booleanValue()).isFalse();
      assertThat(wire.closeCode()).isEqualTo(4501);
    }
    assertThat(status("/ws", token)).isEqualTo(401);
    assertThat(status("/raw", token)).isEqualTo(401);
  }

  /** The status that refuses an upgrade with a token in its header; 101 if none does. */
  private int status(String path, String token) {
    Upgraded upgraded = upgrade(path, token);
    if (upgraded.webSocket != null) {
      upgraded.webSocket.abort();
    }
    return upgraded.status;
  }

  /** An attempt to connect: its status, and what came of it. */
  private static final class Upgraded implements WebSocket.Listener {
    int status = 101;
    volatile int code; // of the close; 0 while there is none
    @Nullable WebSocket webSocket; // null if refused

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
      code = statusCode;
      return null;
    }
  }

  private Upgraded upgrade(String path, String token) {
    Upgraded upgraded = new Upgraded();
    try {
      upgraded.webSocket =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer " + token)
              .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + path), upgraded)
              .join();
    } catch (CompletionException refused) {
      upgraded.status =
          refused.getCause() instanceof WebSocketHandshakeException why
              ? why.getResponse().statusCode()
              : -1;
    }
    return upgraded;
  }

  @Test
  void aRevokedTokenEndsItsConnectionsAndOpensNone() {
    try (Wire ann = proved("ann-1");
        Wire other = proved("ann-2")) {
      server.revocations().credential("1", LIFE);
      assertThat(ann.closeCode()).isEqualTo(4001);
      assertThat(
              other.ask("{\"type\":\"ask\",\"id\":1,\"data\":{\"n\":1}}").at("/data/n").intValue())
          .isEqualTo(2);
      assertRefused("ann-1");
      assertThat(status("/raw", "ann-2")).isEqualTo(101);
      clock.advance(LIFE);
      assertThat(status("/raw", "ann-1")).isEqualTo(101);
    }
  }

  @Test
  void aRevokedUserNeedsATokenIssuedLater() {
    clock.advance(Duration.ofMillis(1));
    long before = seconds();
    try (Wire ann = proved("ann-1-" + before);
        Wire phone = proved("ann-2");
        Wire bob = proved("bob-3")) {
      server.revocations().user("ann", LIFE);
      assertThat(ann.closeCode()).isEqualTo(4001);
      assertThat(phone.closeCode()).isEqualTo(4001);
      bob.barrier();
      assertRefused("ann-1-" + before);
      assertRefused("ann-2");
      clock.advance(Duration.ofSeconds(2));
      try (Wire again = proved("ann-4-" + seconds())) {
        again.barrier();
      }
    }
  }

  @Test
  void theSessionWaitsForAnotherProof() {
    Wire ann = Wire.open(server.port(), "/ws");
    ann.ask(PROVE.formatted("ann-1"));
    JsonNode welcome = ann.next("welcome");
    server.revocations().credential("1", LIFE);
    assertThat(ann.closeCode()).isEqualTo(4001);
    try (Wire again = proved("ann-2")) {
      assertThat(again.ask(resume(welcome)).get("type").stringValue()).isEqualTo("resumed");
    }
  }

  @Test
  void aRevokedSessionCanNotBeResumed() {
    Wire ann = Wire.open(server.port(), "/ws");
    ann.ask(PROVE.formatted("ann-1"));
    JsonNode welcome = ann.next("welcome");
    String session = welcome.get("session").stringValue();
    assertThat(server.revocations().session(session)).isTrue();
    assertThat(ann.closeCode()).isEqualTo(4001);
    await().until(() -> endpoint.hub().session(session) == null);
    assertThat(server.revocations().session(session)).isFalse();
    try (Wire again = proved("ann-1")) {
      assertThat(again.ask(resume(welcome)).get("type").stringValue()).isEqualTo("welcome");
    }
  }

  private static String resume(JsonNode welcome) {
    return "{\"type\":\"resume\",\"id\":1,\"session\":%s,\"secret\":%s,\"logs\":[]}"
        .formatted(welcome.get("session"), welcome.get("secret"));
  }

  @Test
  void aRenewalWithARevokedTokenIsRefusedAndTheFormerProofHolds() {
    try (Wire ann = proved("ann-1")) {
      server.revocations().credential("2", LIFE);
      assertThat(ann.ask(PROVE.formatted("ann-2")).get("type").stringValue())
          .isEqualTo("auth_failed");
      ann.barrier();
      assertThat(ann.ask(PROVE.formatted("ann-3")).get("type").stringValue())
          .isEqualTo("auth_success");
      server.revocations().credential("1", LIFE);
      ann.barrier();
      server.revocations().credential("3", LIFE);
      assertThat(ann.closeCode()).isEqualTo(4001);
    }
  }

  @Test
  void rawConnectionsEndToo() {
    Upgraded ann = upgrade("/raw", "ann-1");
    Upgraded bob = upgrade("/raw", "bob-2");
    await().until(() -> raw.peers().size() == 2);
    server.revocations().user("ann", LIFE);
    await().until(() -> ann.code == 4001);
    assertThat(raw.peers()).hasSize(1);
    assertThat(bob.code).isZero();
  }

  @Test
  void noProofThatMeetsItsRevocationStaysConnected() throws Exception {
    for (int i = 0; i < 50; i++) {
      String id = "r" + i;
      Thread revoking = Thread.ofVirtual().start(() -> server.revocations().credential(id, LIFE));
      Upgraded ann = upgrade(i % 2 == 0 ? "/ws" : "/raw", "ann-" + id);
      revoking.join();
      assertThat(ann.status).isIn(101, 401);
      if (ann.status == 101) {
        await().until(() -> ann.code == 4001);
      }
    }
  }
}
