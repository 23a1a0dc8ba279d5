package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the audit log says, and what nobody can make it say; over real sockets. */
@Tag("B3")
class AuditTest {
  private static final String FORGED = "x\" user=admin\r\nevent=login_succeeded \u202e\u001b[2J";

  private final Logger log = (Logger) org.slf4j.LoggerFactory.getLogger("switchboard.audit");
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final ManualClock clock = new ManualClock();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (String.valueOf(event.getMarkerList()).equals("[AUDIT]")) {
            lines.add(event.getFormattedMessage());
          }
        }
      };
  private final Endpoint<Talk> typed = endpoint();
  private final Server server =
      Server.builder()
          .port(0)
          .clock(clock)
          .endpoint("/ws", typed)
          .endpoint("/named", RawEndpoint.create().identify(AuditTest::named))
          .endpoint("/guests", RawEndpoint.create())
          .start();

  private static Endpoint<Talk> endpoint() {
    return Endpoint.of(Talk.class)
        .clientsMayPublish(Talk.class, Addresses.rooms())
        .authenticate(AuditTest::prove)
        .get("/me", (request, user) -> HttpResponse.text(200, user.name()))
        .clientsMayPublish(Talk.Said.class, Addresses.rooms())
        .onJoin((room, who) -> {
          if (room.startsWith("secret")) {
            throw new RefusedException(ErrorCode.FORBIDDEN, "not for " + who.user());
          }
        })
        .onPublish(
            Talk.Said.class,
            (said, publishing) -> {
              if (said.message().equals("spam")) {
                throw new RefusedException(ErrorCode.FORBIDDEN, "no advertising");
              }
            });
  }

  private static AuthenticatedUser prove(Credentials credentials) throws AuthenticationException {
    if (credentials.value().startsWith("good.")) {
      return AuthenticatedUser.of(credentials.value().substring(5));
    }
    throw AuthenticationException.refused("token: not signed by a known key");
  }

  private static Verdict named(dev.switchboard.transport.HttpRequest request) {
    return request.query().containsKey("user")
        ? Verdict.allow("bob")
        : Verdict.refuse(403, "nobody is called " + FORGED);
  }

  @BeforeEach
  void listen() {
    appender.start();
    log.addAppender(appender);
    log.setAdditive(false);
    log.setLevel(Level.INFO);
  }

  @AfterEach
  void stop() {
    server.close();
    log.detachAppender(appender);
    log.setAdditive(true);
    log.setLevel(null);
  }

  private int upgrade(String path, String... fields) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      String head =
          "GET "
              + path
              + " HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              + String.join("\r\n", fields)
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      byte[] line = socket.getInputStream().readNBytes(12); // HTTP/1.1 101
      return Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
    }
  }

  private void says(String... expected) {
    await().untilAsserted(() -> assertThat(lines).containsExactly(expected));
  }

  @Test
  void anUpgradeIsALoginThatSucceedsOrFails() throws Exception {
    String host = "Host: localhost";
    assertThat(upgrade("/ws", host, "Authorization: Bearer good.ann")).isEqualTo(101);
    assertThat(upgrade("/ws", host, "Sec-WebSocket-Protocol: switchboard.bearer.bad"))
        .isEqualTo(401);
    assertThat(upgrade("/named?user=bob", host)).isEqualTo(101);
    assertThat(upgrade("/guests", host)).as("a guest proves nothing").isEqualTo(101);
    String from = "event=login_%s path=/%s address=127.0.0.1 ";
    says(
        from.formatted("succeeded", "ws") + "user=ann by=token",
        from.formatted("failed", "ws") + "by=token reason=\"token: not signed by a known key\"",
        from.formatted("succeeded", "named") + "user=bob by=request");
  }

  @Test
  void aFirstMessageAndARenewalAreLoginsToo() {
    try (Wire ann = Wire.open(server.port(), "/ws");
        Wire eve = Wire.open(server.port(), "/ws");
        Wire tom = Wire.open(server.port(), "/ws")) {
      ann.ask("{\"type\":\"authenticate\",\"id\":1,\"token\":\"good.ann\"}");
      ann.ask("{\"type\":\"authenticate\",\"id\":2,\"token\":\"good.bob\"}");
      eve.ask("{\"type\":\"authenticate\",\"id\":1,\"token\":\"bad.password\"}");
      tom.say("{\"type\":\"ping\",\"id\":1}");
      assertThat(tom.closeCode()).isEqualTo(4501);
    }
    String failed = "event=login_failed path=/ws address=127.0.0.1 ";
    says(
        "event=login_succeeded path=/ws address=127.0.0.1 user=ann by=token",
        failed + "user=ann by=token reason=\"token: of another user\"",
        failed + "by=token reason=\"token: not signed by a known key\"",
        failed + "reason=\"the first message: not authenticate\"");
    assertThat(lines).noneMatch(line -> line.contains("password"));
  }

  @Test
  void aWrongTokenForARouteIsALoginThatFailedAndNoTokenIsNone() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    URI me = URI.create("http://127.0.0.1:" + server.port() + "/me");
    for (HttpRequest.Builder asked :
        List.of(
            HttpRequest.newBuilder(me),
            HttpRequest.newBuilder(me).header("Authorization", "Bearer good.ann"),
            HttpRequest.newBuilder(me).header("Authorization", "Bearer bad"))) {
      var unused = http.send(asked.build(), BodyHandlers.discarding());
    }
    says(
        "event=login_failed path=/me address=127.0.0.1 by=token"
            + " reason=\"token: not signed by a known key\"");
  }

  @Test
  void whoIsBannedAndComesAllTheSameIsALoginThatFailed() throws Exception {
    typed.moderation().ban("eve", Duration.ofDays(1), "spam");
    lines.clear();
    assertThat(upgrade("/ws", "Host: localhost", "Authorization: Bearer good.eve")).isEqualTo(101);
    try (Wire eve = Wire.open(server.port(), "/ws")) {
      eve.say("{\"type\":\"authenticate\",\"id\":1,\"token\":\"good.eve\"}");
      assertThat(eve.closeCode()).isEqualTo(4505);
    }
    String failed =
        "event=login_failed path=/ws address=127.0.0.1 user=eve by=token reason=\"banned: spam\"";
    says(failed, failed);
  }

  private Wire ann() {
    return Wire.open(server.port(), "/ws")
        .say("{\"type\":\"authenticate\",\"id\":1,\"token\":\"good.ann\"}");
  }

  @Test
  void whatAUserMayNotDoIsOneLineEach() {
    try (Wire ann = ann()) {
      ann.ask("{\"type\":\"join_room\",\"id\":2,\"room\":\"secret \\\" by=root\"}");
      ann.ask("{\"type\":\"join_room\",\"id\":3,\"room\":\"open\"}");
      ann.ask("{\"type\":\"chat\",\"id\":4,\"room\":\"open\",\"data\":{\"message\":\"spam\"}}");
      ann.ask("{\"type\":\"chat\",\"id\":5,\"everyone\":true,\"data\":{\"message\":\"hi\"}}");
      ann.ask("{\"type\":\"chat\",\"id\":6,\"room\":\"open\",\"data\":{\"message\":\"hi\"}}");
    }
    String who = " path=/ws address=127.0.0.1 user=ann ";
    says(
        "event=login_succeeded" + who + "by=token",
        "event=join_refused" + who + "room=\"secret \\\" by=root\" reason=\"not for ann\"",
        "event=publish_refused" + who + "type=chat to=room:open reason=\"no advertising\"",
        "event=publish_refused"
            + who
            + "type=chat to=everyone"
            + " reason=\"type: clients may not publish chat to everyone (expected: what"
            + " clientsMayPublish allows at the server)\"");
  }

  @Test
  void aSessionThatGoesOnElsewhereIsTold() {
    try (Wire former = ann();
        Wire later = ann()) {
      JsonNode welcome = former.next("welcome");
      String session = welcome.get("session").stringValue();
      later.ask(
          "{\"type\":\"resume\",\"id\":2,\"session\":\"%s\",\"secret\":\"%s\"}"
              .formatted(session, welcome.get("secret").stringValue()));
      assertThat(former.closeCode()).isEqualTo(4509);
      await()
          .untilAsserted(() ->
              assertThat(lines.getLast())
                  .isEqualTo(
                      "event=session_taken_over path=/ws address=127.0.0.1 user=ann session="
                          + session));
      assertThat(lines).noneMatch(line -> line.contains(welcome.get("secret").stringValue()));
    }
  }

  @Test
  void pagesOfOtherSitesAndOtherNamesAreTold() throws Exception {
    assertThat(upgrade("/guests", "Host: localhost", "Origin: https://evil.example"))
        .isEqualTo(403);
    assertThat(upgrade("/guests", "Host: evil.example", "Origin: https://evil.example"))
        .isEqualTo(421);
    says(
        "event=origin_refused path=/guests address=127.0.0.1 origin=https://evil.example",
        "event=host_refused path=/guests address=127.0.0.1 host=evil.example");
  }

  @Test
  void nobodyCanForgeALine() throws Exception {
    assertThat(upgrade("/named", "Host: localhost")).isEqualTo(403);
    assertThat(upgrade("/guests", "Host: localhost", "Origin: x\" user=\\root \u0085y"))
        .isEqualTo(403);
    says(
        "event=login_failed path=/named address=127.0.0.1 by=request reason=\"nobody is called x\\\""
            + " user=admin␍␊event=login_succeeded <U+202E>␛[2J\"",
        "event=origin_refused path=/guests address=127.0.0.1"
            + " origin=\"x\\\" user=\\\\root <U+0085>y\"");
  }

  @Test
  void aLongValueIsCut() throws Exception {
    assertThat(upgrade("/guests", "Host: localhost", "Origin: " + "y".repeat(5_000)))
        .isEqualTo(403);
    await().untilAsserted(() -> assertThat(lines).hasSize(1));
    assertThat(lines.getFirst()).hasSizeLessThan(300).contains("y".repeat(200) + "…\"");
  }

  @Test
  void aFloodIsCountedAndHidesNothingElse() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertThat(upgrade("/guests", "Host: localhost", "Origin: https://evil.example"))
          .isEqualTo(403);
    }
    assertThat(upgrade("/named?user=bob", "Host: localhost")).isEqualTo(101);
    await().untilAsserted(() -> assertThat(lines).hasSize(61));
    assertThat(lines.getLast()).startsWith("event=login_succeeded ");
    clock.advance(Duration.ofMinutes(1));
    await()
        .untilAsserted(() ->
            assertThat(lines).hasSize(62).last().isEqualTo("event=origin_refused left_out=40"));
    assertThat(upgrade("/guests", "Host: localhost", "Origin: https://evil.example"))
        .isEqualTo(403);
    await().untilAsserted(() -> assertThat(lines).hasSize(63));
  }

  @Test
  void whatOperatorsDoIsAlwaysTold() {
    Moderation moderation = typed.moderation();
    moderation.in("open").kick("eve", "calm down");
    moderation.ban("eve", Duration.ofDays(1), "spam again");
    moderation.unban("eve");
    moderation.in("open").mute("eve", Duration.ofDays(1), "");
    moderation.in("open").unmute("eve");
    server.revocations().user("eve", Duration.ofDays(1));
    server.revocations().credential("t-1", Duration.ofDays(1));
    server.revocations().session("s-1");
    assertThat(lines)
        .containsExactly(
            "event=removed path=/ws user=eve room=open reason=\"calm down\"",
            "event=banned path=/ws user=eve reason=\"spam again\"",
            "event=unbanned path=/ws user=eve",
            "event=muted path=/ws user=eve room=open reason=\"\"",
            "event=unmuted path=/ws user=eve room=open",
            "event=revoked path=\"\" user=\"user eve\"",
            "event=revoked path=\"\" user=\"credential t-1\"",
            "event=revoked path=\"\" user=\"session s-1\"");
    lines.clear();
    for (int i = 0; i < 2_000; i++) {
      moderation.kick("eve", "");
    }
    assertThat(lines).hasSize(2_000);
  }
}
