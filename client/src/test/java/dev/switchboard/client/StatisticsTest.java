package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client says about itself, over real sockets. */
class StatisticsTest {
  private final Peer peer = new Peer();

  @AfterEach
  void nothingIsLeft() {
    peer.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private Client<Talk> client(String query, UnaryOperator<ClientBuilder<Client<Talk>>> options) {
    return options
        .apply(Client.of(Talk.class).reconnect(Reconnect.fixed(Duration.ofMillis(20))))
        .build(peer.uri() + query);
  }

  private Peer.Line connect(Client<Talk> client) {
    CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
    Peer.Line line = peer.welcome();
    opening.orTimeout(5, TimeUnit.SECONDS).join();
    return line;
  }

  private static CompletableFuture<Receipt> say(Client<Talk> client, String message) {
    return client.everyone().publishAsync(new Talk.Said(message)).toCompletableFuture();
  }

  @Test
  @Tag("A17")
  void messagesBytesAttemptsAndTimesAreCounted() {
    try (Client<Talk> client =
        client("", options -> options.heartbeat(Duration.ofMillis(30), Duration.ofSeconds(5)))) {
      Statistics none = client.statistics();
      assertThat(none.sent().messages() + none.received().messages() + none.connections()).isZero();
      assertThat(none.sent().average()).isZero();
      assertThat(none.roundTrip()).isNull();
      Peer.Line line = connect(client);
      CompletableFuture<Receipt> saying = say(client, "hi");
      JsonNode chat = line.hear("chat");
      line.ack(chat, 1);
      saying.orTimeout(5, TimeUnit.SECONDS).join();
      await().until(() -> client.statistics().roundTrip() != null);
      Statistics some = client.statistics();
      assertThat(some.sent().messages()).isEqualTo(1);
      assertThat(some.sent().bytes()).isEqualTo(chat.toString().length());
      assertThat(some.sent().average()).isEqualTo((double) some.sent().bytes());
      assertThat(some.received().messages()).isEqualTo(2);
      assertThat(some.received().average()).isEqualTo(some.received().bytes() / 2.0);
      assertThat(some.uptime()).isPositive();
      line.drop();
      peer.accept().hear("resume");
      Statistics later = client.statistics();
      assertThat(later.reconnectAttempts()).isEqualTo(1);
      assertThat(later.sent().messages()).isEqualTo(2);
      assertThat(later.uptime()).isZero();
      client.forceClose();
    }
  }

  @Test
  @Tag("A17")
  @Tag("A10")
  void theFiguresAreToldAtAnInterval() {
    try (Client<Talk> client =
        client("", options -> options.performanceMetrics(Duration.ofMillis(20)))) {
      List<Statistics> told = new CopyOnWriteArrayList<>();
      client.events(ClientEvent.PerformanceMetric.class, metric -> told.add(metric.statistics()));
      connect(client);
      await().until(() -> told.size() >= 3);
      assertThat(told.get(0).received().messages()).isEqualTo(1);
      client.forceClose();
    }
  }

  @Test
  @Tag("A17")
  void micrometerShowsThem() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Client<Talk> client = client("", options -> options);
        ClientMetrics metrics = new ClientMetrics(client, Tags.of("client", "ann"))) {
      metrics.bindTo(registry);
      Peer.Line line = connect(client);
      CompletableFuture<Receipt> saying = say(client, "hi");
      line.hear("chat");
      assertThat(
              registry
                  .get("switchboard.client.messages")
                  .tags("client", "ann", "direction", "sent")
                  .functionCounter()
                  .count())
          .isEqualTo(1);
      assertThat(registry.get("switchboard.client.queue.messages").gauge().value()).isEqualTo(1);
      assertThat(registry.get("switchboard.client.connected").gauge().value()).isEqualTo(1);
      assertThat(registry.get("switchboard.client.round.trip").gauge().value()).isNaN();
      assertThat(saying).isNotDone();
      client.forceClose();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  @Tag("A17")
  void theClientNeedsNoMicrometer() throws Exception {
    String without =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("micrometer"))
            .collect(Collectors.joining(File.pathSeparator));
    Process bare =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                without,
                Bare.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(bare.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bare.waitFor()).as(said).isZero();
    assertThat(said).contains("sent 0");
  }

  /** A program without Micrometer. */
  static final class Bare {
    private Bare() {}

    public static void main(String[] args) {
      try (Client<Talk> client = Client.of(Talk.class).build("ws://127.0.0.1:1/ws")) {
        System.out.println("sent " + client.statistics().sent().messages());
      }
    }
  }

  @Test
  @Tag("A19")
  void theDebugLogShowsFramesAndEventsButNoSecrets() {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (Client<Talk> client =
        client(
            "?token=t0psecret&user=ann",
            options -> options.header("Authorization", "Bearer t0psecret").debug(lines::add))) {
      Peer.Line line = connect(client);
      CompletableFuture<Receipt> saying = say(client, "eyJhbGciOiJIUzI1NiJ9.e30.t0psecret");
      line.hear("chat");
      line.say(
          "{'type':'chat','everyone':true,'seq':1,'from':'bob','enc':true,'data':'t0psecret'}");
      await().until(() -> lines.stream().anyMatch(each -> each.contains("\"data\":\"***\"")));
      line.drop();
      peer.accept().hear("resume");
      await().until(() -> lines.stream().anyMatch(each -> each.contains("resume")));
      assertThat(saying).isNotDone();
      client.forceClose();
    }
    assertThat(lines)
        .contains("* connecting to " + peer.uri() + "?token=***&user=ann", "* OPEN", "* WAITING")
        .anyMatch(each ->
            each.startsWith("< {\"type\":\"welcome\"") && each.contains("\"secret\":\"***\""))
        .anyMatch(each -> each.startsWith("> {\"type\":\"chat\"") && each.contains("***"))
        .anyMatch(
            each -> each.startsWith("< {\"type\":\"chat\"") && each.contains("\"data\":\"***\""))
        .anyMatch(each -> each.startsWith("= Opened"))
        .noneMatch(each -> each.contains("t0psecret") || each.contains("k1"));
  }

  @Test
  @Tag("A19")
  void theDebugInfoIsReadableAsTextAndAsJsonWithoutSecrets() {
    try (Client<Talk> client =
        client(
            "?access_token=t0psecret",
            options -> options.header("X-Api-Key", "t0psecret").header("X-Trace", "7"))) {
      connect(client);
      DebugInfo info = client.debugInfo();
      assertThat(info.text())
          .contains("state: OPEN\n", "user: ann\n", "headers: X-Api-Key: ***, X-Trace: 7\n")
          .doesNotContain("t0psecret");
      JsonNode json = new JsonMapper().readTree(info.json());
      assertThat(json.get("uri").stringValue()).isEqualTo(peer.uri() + "?access_token=***");
      assertThat(json.get("messagesReceived").intValue()).isEqualTo(1);
      assertThat(json.get("queue.full").booleanValue()).isFalse();
      client.forceClose();
    }
  }

  @Test
  @Tag("A19")
  void aFailedConnectionDoesNotTellTheTokenEither() {
    peer.close();
    try (Client<Talk> client = client("?token=t0psecret", options -> options)) {
      CompletableFuture<SessionInfo> opening = client.connectAsync().toCompletableFuture();
      assertThat(opening.orTimeout(5, TimeUnit.SECONDS).handle((done, failure) -> failure).join())
          .hasMessageContaining("token=***")
          .hasMessageNotContaining("t0psecret");
    }
  }
}
