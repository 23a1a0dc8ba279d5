package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.spi.Limit;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** How much one connection may send per time, over real sockets. */
@Tag("B8")
class RatesTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"%s\",\"id\":%d}";

  private final ManualClock clock = new ManualClock();
  private final Reached reached = new Reached();
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
    return Server.builder().port(0).clock(clock).metrics(reached);
  }

  @Test
  void bytesOfOneConnectionAreLimited() {
    start(Talk.endpoint().byteRate(1_000, TEN_SECONDS));
    String note = "{\"type\":\"ask\",\"id\":%d,\"data\":{\"n\":1}}" + " ".repeat(564);
    try (Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      assertThat(ann.ask(note.formatted(1)).get("type").stringValue()).isEqualTo("answer");
      JsonNode refused = ann.ask(note.formatted(2)); // 600 bytes each
      assertThat(refused.get("code").stringValue()).isEqualTo("rate_limited");
      assertThat(refused.get("details").get("retryAfter").intValue()).isEqualTo(2_000);
      assertThat(bob.ask(note.formatted(1)).get("type").stringValue()).isEqualTo("answer");
      clock.advance(Duration.ofSeconds(2));
      assertThat(ann.ask(note.formatted(3)).get("type").stringValue()).isEqualTo("answer");
    }
    assertThat(reached.limits).containsExactly(Limit.RATE);
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"type\":\"join_room\",\"room\":\"r\",\"id\":%d}', 2",
    "'{\"type\":\"history\",\"room\":\"a\",\"limit\":1,\"id\":%d}', 2",
    "'{\"type\":\"user_list\",\"room\":\"a\",\"id\":%d}', 2",
    "'{\"type\":\"authenticate\",\"token\":\"t\",\"id\":%d}', 2",
    "'{\"type\":\"user_status\",\"users\":[\"bob\"],\"id\":%d}', 10",
    "'{\"type\":\"ping\",\"id\":%d}', 100"
  })
  void requestsAreLimitedByTheirCost(String request, int allowed) {
    start(Talk.endpoint().requestRate(15, Duration.ofSeconds(15)));
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      ann.ask(JOIN.formatted("a", 0)); // 10 are left
      for (int i = 1; i <= allowed; i++) {
        assertThat(ann.ask(request.formatted(i)).path("code").asString(""))
            .isNotEqualTo("rate_limited");
      }
      JsonNode next = ann.ask(request.formatted(100));
      if (allowed < 100) {
        assertThat(next.get("code").stringValue()).isEqualTo("rate_limited");
        int retryAfter = next.get("details").get("retryAfter").intValue();
        assertThat(retryAfter).isEqualTo(allowed == 2 ? 5_000 : 1_000);
        assertThat(reached.limits).containsExactly(Limit.REQUEST_RATE);
        clock.advance(Duration.ofMillis(retryAfter));
        assertThat(ann.ask(request.formatted(101)).path("code").asString(""))
            .isNotEqualTo("rate_limited");
      }
      assertThat(ann.ask("{\"type\":\"ping\",\"id\":102}").get("type").stringValue())
          .isEqualTo("pong");
    }
  }

  @Test
  void whoGoesOnAskingIsClosed() {
    start(Talk.endpoint().rate(10, Duration.ofSeconds(1)).requestRate(5, TEN_SECONDS));
    try (Wire ann = Wire.welcomed(server.port(), "ann")) {
      for (int i = 0; i < 30; i++) {
        ann.say(JOIN.formatted("r", i));
        clock.advance(Duration.ofMillis(100));
      }
      assertThat(ann.closeCode()).isEqualTo(4029);
    }
  }

  @Test
  void aRawClientThatSendsTooMuchIsClosedAtOnce() throws InterruptedException {
    RawEndpoint echo =
        RawEndpoint.create().rate(2, Duration.ofSeconds(1)).onText((peer, text) -> peer.send(text));
    restart(builder().endpoint("/raw", echo));
    RawClient client = new RawClient(server.port(), "/raw");
    for (int i = 1; i <= 3; i++) {
      client.socket.sendText("message " + i, true).join();
    }
    assertThat(client.closeCode()).isEqualTo(4029);
    assertThat(client.next()).isEqualTo("message 1");
    assertThat(client.next()).isEqualTo("message 2");
    assertThat(client.received).isEmpty();
  }

  @Test
  void byDefaultTenThousandMessagesMayComeAtOnceAndAnyRateLiftsThat() throws IOException {
    restart(builder().endpoint("/ws", Talk.endpoint()).endpoint("/any", Talk.endpoint().anyRate()));
    assertThat(pongs("/ws", 10_001)).isEqualTo(10_000);
    assertThat(pongs("/any", 10_001)).isEqualTo(10_001);
  }

  private int pongs(String path, int pings) throws IOException {
    try (Stranger ann = new Stranger(server.port(), 0)) {
      ann.open(path + "?user=ann");
      Thread.startVirtualThread(() -> {
        try {
          for (int i = 1; i <= pings; i++) {
            ann.say("{\"type\":\"ping\",\"id\":" + i + "}");
          }
        } catch (IOException gone) {
          // The other thread will miss the answers.
        }
      });
      ann.hear("welcome");
      int pongs = 0;
      for (int i = 1; i <= pings; i++) {
        String heard = ann.hear();
        pongs += heard.contains("\"pong\"") ? 1 : 0;
        assertThat(heard).containsAnyOf("\"pong\"", "rate_limited");
      }
      return pongs;
    }
  }

  @Test
  void ratesThatAllowNothingAreRefused() {
    assertThatThrownBy(() -> Talk.endpoint().requestRate(0, TEN_SECONDS))
        .hasMessage("requestRate: 0 per PT10S (expected: at least 1 per positive time)");
    assertThatThrownBy(() -> RawEndpoint.create().connectRate(1, Duration.ZERO))
        .hasMessage("connectRate: 1 per PT0S (expected: at least 1 per positive time)");
    assertThatThrownBy(() -> RawEndpoint.create().maxUpgrades(10, 0))
        .hasMessageContaining("maxUpgrades per address: 0");
  }
}
