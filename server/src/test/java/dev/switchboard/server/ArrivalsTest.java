package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Limit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** How clients arrive: connects, logins, and users that are being identified, over real sockets. */
@Tag("B8")
class ArrivalsTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock();
  private final Reached reached = new Reached();
  private final AtomicInteger asked = new AtomicInteger();
  private Server server = Server.builder().port(0).start();

  @AfterEach
  void close() {
    server.close();
  }

  private void start(Endpoint<?> endpoint) {
    restart(builder().endpoint("/ws", endpoint));
  }

  private void restart(ServerBuilder builder) {
    server.close();
    server = builder.start();
  }

  private ServerBuilder builder() {
    return Server.builder().port(0).clock(clock).trustedProxies("127.0.0.1").metrics(reached);
  }

  /** Sends an upgrade, as a proxy would for a client at that address. */
  private Socket begin(String address, String... fields) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(10_000);
    String head =
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "X-Forwarded-For: "
            + address
            + "\r\n"
            + String.join("", List.of(fields).stream().map(field -> field + "\r\n").toList())
            + "\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** The status, and how many seconds to wait if it says so. */
  private static String answer(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    int wait = head.indexOf("Retry-After: ");
    return head.substring(9, 12)
        + (wait < 0 ? "" : " " + head.substring(wait + 13, head.indexOf("\r\n", wait)));
  }

  private String upgrade(String address, String... fields) throws IOException {
    try (Socket socket = begin(address, fields)) {
      return answer(socket);
    }
  }

  @Test
  void connectsFromOneAddressAreLimitedAndANetworkOfIpv6IsOneAddress() throws IOException {
    start(Talk.endpoint().connectRate(2, TEN_SECONDS));
    assertThat(upgrade("2001:db8::1")).isEqualTo("101");
    assertThat(upgrade("2001:db8::2", "Origin: https://evil.example")).isEqualTo("403");
    assertThat(upgrade("2001:db8::3")).isEqualTo("429 5");
    assertThat(reached.limits).containsExactly(Limit.CONNECTS);
    assertThat(upgrade("2001:db8:0:1::3")).as("another network").isEqualTo("101");
    assertThat(upgrade("203.0.113.9")).isEqualTo("101");
    clock.advance(Duration.ofMillis(4_999));
    assertThat(upgrade("2001:db8::4")).isEqualTo("429 1");
    clock.advance(Duration.ofMillis(1));
    assertThat(upgrade("2001:db8::4")).isEqualTo("101");
  }

  @Test
  void upgradesWhoseUsersAreBeingIdentifiedAreLimited() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    start(
        Endpoint.of(Talk.class)
            .maxUpgrades(3, 2)
            .identify(request -> {
              asked.incrementAndGet();
              gate.await();
              return Verdict.allow("ann");
            }));
    try (Socket one = begin("203.0.113.1");
        Socket two = begin("203.0.113.1")) {
      await().until(() -> asked.get() == 2);
      assertThat(upgrade("203.0.113.1")).isEqualTo("429 1");
      try (Socket three = begin("203.0.113.2")) {
        await().until(() -> asked.get() == 3);
        assertThat(upgrade("203.0.113.3")).isEqualTo("503 1");
        assertThat(reached.limits).containsExactly(Limit.UPGRADES, Limit.UPGRADES);
        gate.countDown();
        assertThat(List.of(answer(one), answer(two), answer(three))).containsOnly("101");
      }
    }
    assertThat(upgrade("203.0.113.1")).isEqualTo("101");
  }

  private AuthenticatedUser prove(String token) throws AuthenticationException {
    asked.incrementAndGet();
    if (!token.startsWith("good.")) {
      throw AuthenticationException.refused("wrong token");
    }
    return AuthenticatedUser.of(token.substring("good.".length()));
  }

  private Endpoint<Talk> proved() {
    return Endpoint.of(Talk.class).authenticate(credentials -> prove(credentials.value()));
  }

  @Test
  void aClientThatHasNotAuthenticatedYetIsBeingIdentified() throws Exception {
    start(proved().maxUpgrades(10, 1));
    try (Socket silent = begin("203.0.113.1")) {
      assertThat(answer(silent)).isEqualTo("101");
      assertThat(upgrade("203.0.113.1", "Authorization: Bearer good.ann")).isEqualTo("429 1");
      assertThat(upgrade("203.0.113.2")).isEqualTo("101");
    }
    await()
        .untilAsserted(() ->
            assertThat(upgrade("203.0.113.1", "Authorization: Bearer good.ann")).isEqualTo("101"));
    try (Wire ann = Wire.open(server.port(), "/ws")) {
      ann.say("{\"type\":\"authenticate\",\"id\":1,\"token\":\"good.ann\"}");
      ann.next("welcome");
      assertThat(upgrade("127.0.0.1")).as("she is identified").isEqualTo("101");
    }
  }

  @Test
  void afterTooManyFailedLoginsNoCredentialsAreChecked() throws IOException {
    start(proved().failedLoginRate(2, TEN_SECONDS));
    assertThat(upgrade("203.0.113.1", "Authorization: Bearer bad")).isEqualTo("401");
    assertThat(upgrade("203.0.113.1", "Authorization: Bearer good.ann")).isEqualTo("101");
    assertThat(upgrade("203.0.113.1", "Authorization: Bearer bad")).isEqualTo("401");
    assertThat(asked.get()).isEqualTo(3);
    assertThat(upgrade("203.0.113.1", "Authorization: Bearer good.ann")).isEqualTo("429 5");
    assertThat(asked.get()).isEqualTo(3);
    assertThat(reached.limits).containsExactly(Limit.FAILED_LOGINS);
    assertThat(upgrade("203.0.113.2", "Authorization: Bearer good.ann")).isEqualTo("101");
    clock.advance(Duration.ofSeconds(5));
    assertThat(upgrade("203.0.113.1", "Authorization: Bearer good.ann")).isEqualTo("101");
  }

  @Test
  void aVerdictOf403IsAFailedLoginAndOneOf400IsNot() throws IOException {
    start(
        Endpoint.of(Talk.class)
            .failedLoginRate(1, TEN_SECONDS)
            .identify(request -> Verdict.refuse(asked.incrementAndGet() == 1 ? 400 : 403, "no")));
    assertThat(upgrade("203.0.113.1")).isEqualTo("400");
    assertThat(upgrade("203.0.113.1")).isEqualTo("403");
    assertThat(upgrade("203.0.113.1")).isEqualTo("429 10");
  }

  @Test
  void failedLoginsByMessageCountToo() {
    start(proved().failedLoginRate(1, TEN_SECONDS));
    String bad = "{\"type\":\"authenticate\",\"id\":1,\"token\":\"bad\"}";
    try (Wire wrong = Wire.open(server.port(), "/ws");
        Wire again = Wire.open(server.port(), "/ws")) {
      wrong.say(bad);
      assertThat(wrong.next("auth_failed").get("retryable").booleanValue()).isFalse();
      assertThat(wrong.closeCode()).isEqualTo(4501);
      again.say(bad);
      assertThat(again.next("auth_failed").get("retryable").booleanValue()).isTrue();
      assertThat(again.closeCode()).isEqualTo(4029);
    }
    assertThat(asked.get()).isEqualTo(1);
    assertThatThrownBy(() -> Wire.open(server.port(), "/ws"))
        .rootCause()
        .hasMessageContaining("429");
  }

  @Test
  void renewalsThatFailAreCountedForTheUserWhereverTheyComeFrom() throws Exception {
    start(proved().failedLoginRate(2, TEN_SECONDS));
    String renew = "{\"type\":\"authenticate\",\"id\":7,\"token\":\"%s\"}";
    try (Wire ann = Wire.open(server.port(), "/ws")) {
      ann.say(renew.formatted("good.ann")).next("welcome");
      for (int i = 0; i < 2; i++) {
        assertThat(ann.ask(renew.formatted("good.bob")).get("retryable").booleanValue()).isFalse();
      }
      JsonNode locked = ann.ask(renew.formatted("good.ann"));
      assertThat(locked.get("type").stringValue()).isEqualTo("auth_failed");
      assertThat(locked.get("retryable").booleanValue()).isTrue();
      assertThat(asked.get()).isEqualTo(3);
      try (Stranger elsewhere = new Stranger(server.port(), 1)) { // from 127.0.0.3
        elsewhere.open("/ws");
        elsewhere.say(renew.formatted("good.ann"));
        elsewhere.hear("welcome");
        elsewhere.say(renew.formatted("good.ann"));
        assertThat(elsewhere.hear("auth_failed").get("retryable").booleanValue()).isTrue();
      }
      clock.advance(Duration.ofSeconds(5));
      assertThat(ann.ask(renew.formatted("good.ann")).get("type").stringValue())
          .isEqualTo("auth_success");
    }
  }

  @Test
  void anAuthenticatorThatTakesTooLongIsInterruptedAndTheClientMayTryAgain() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(3);
    CountDownLatch never = new CountDownLatch(1);
    Duration brief = Duration.ofMillis(100);
    restart(
        builder()
            .endpoint(
                "/named",
                Endpoint.of(Talk.class)
                    .identifyTimeout(brief)
                    .identify(request -> {
                      stuck(never, interrupted);
                      return Verdict.allow("ann");
                    }))
            .endpoint(
                "/ws",
                Endpoint.of(Talk.class)
                    .identifyTimeout(brief)
                    .authenticate(credentials -> {
                      stuck(never, interrupted);
                      return AuthenticatedUser.of("ann");
                    })));
    assertThat(upgrade("203.0.113.1", "Authorization: Bearer good.ann")).isEqualTo("503 5");
    try (Wire wire = Wire.open(server.port(), "/ws")) {
      wire.say("{\"type\":\"authenticate\",\"id\":1,\"token\":\"good.ann\"}");
      assertThat(wire.next("auth_failed").get("retryable").booleanValue()).isTrue();
      assertThat(wire.closeCode()).isEqualTo(1013);
    }
    assertThatThrownBy(() -> Wire.open(server.port(), "/named"))
        .rootCause()
        .hasMessageContaining("503");
    interrupted.await();
  }

  private static void stuck(CountDownLatch never, CountDownLatch interrupted)
      throws InterruptedException {
    try {
      never.await();
    } finally {
      interrupted.countDown();
    }
  }

  @Test
  @Tag("slow")
  void whoSentTheTokenInTimeMayWaitLongerForTheAuthenticator() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    start(
        Endpoint.of(Talk.class)
            .identifyTimeout(Duration.ofMinutes(1))
            .authenticate(credentials -> {
              gate.await();
              return AuthenticatedUser.of("ann");
            }));
    try (Wire inTime = Wire.open(server.port(), "/ws");
        Stranger silent = new Stranger(server.port(), 0)) {
      inTime.say("{\"type\":\"authenticate\",\"id\":1,\"token\":\"good.ann\"}");
      silent.open("/ws");
      assertThatThrownBy(silent::hear).hasMessageContaining("4501"); // ten seconds have passed
      gate.countDown();
      assertThat(inTime.next().get("type").stringValue()).isEqualTo("auth_success");
      assertThat(inTime.next().get("type").stringValue()).isEqualTo("welcome");
    }
  }
}
