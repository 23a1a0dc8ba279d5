package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that points elsewhere, over real sockets. */
@Tag("A1")
class RedirectTest {
  private final Loops loops = Loops.of(IoKind.NIO, 1);
  private final Peer goal = new Peer();
  private final List<HttpRequest> asked = new CopyOnWriteArrayList<>();
  private volatile Consumer<HttpExchange> answer = exchange -> {};
  private final ServerTransport pointing =
      ServerTransport.bind(
          ServerTransportOptions.builder().host("127.0.0.1").port(0).build(),
          loops,
          exchange -> {
            asked.add(exchange.request());
            answer.accept(exchange);
          });

  @AfterEach
  void nothingIsLeft() {
    pointing.close();
    loops.close();
    goal.close();
    assertThat(SharedLoops.users()).isZero();
  }

  private String uri() {
    return "ws://127.0.0.1:" + pointing.localAddress().getPort() + "/old";
  }

  private void pointsTo(int status, String location) {
    answer = exchange -> exchange.respond(redirect(status, location));
  }

  private static HttpResponse redirect(int status, String location) {
    return new HttpResponse(
        status, Headers.of("Location", location), "moved".getBytes(StandardCharsets.UTF_8));
  }

  private static ClientBuilder<Client<Talk>> following(int most) {
    return Client.of(Talk.class)
        .redirects(Redirects.upTo(most))
        .header("Authorization", "Bearer t")
        .header("Cookie", "id=1")
        .header("X-Kept", "yes");
  }

  private Client<Talk> open(ClientBuilder<Client<Talk>> builder) {
    CompletableFuture<Client<Talk>> opening = builder.connectAsync(uri()).toCompletableFuture();
    goal.welcome();
    return opening.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private void fails(ClientBuilder<Client<Talk>> builder, String... words) {
    assertThatThrownBy(() -> builder.connect(uri()))
        .isInstanceOfSatisfying(
            ConnectFailedException.class,
            why -> {
              assertThat(why).hasMessageContainingAll(words);
              assertThat(why.retryable()).isFalse();
            });
  }

  @Test
  void oneIsRefusedUnlessAllowedAndTheErrorSaysWhereItPoints() {
    pointsTo(302, goal.uri());
    fails(Client.of(Talk.class), "redirect: 302 to " + goal.uri(), "at most 0 redirects");
    assertThat(asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void oneToAnotherHostIsFollowedWithoutWhatWasMeantForTheFirst(int status) {
    pointsTo(status, goal.uri());
    try (Client<Talk> client = open(following(1))) {
      Headers there = goal.request().headers();
      assertThat(there.first("Authorization")).isNull();
      assertThat(there.first("Cookie")).isNull();
      assertThat(there.first("X-Kept")).isEqualTo("yes");
      assertThat(asked.get(0).headers().first("Authorization")).isEqualTo("Bearer t");
      assertThat(client.connection().uri()).hasToString(goal.uri());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("A15")
  void oneToAnotherPortIsNotFollowedWithAToken(boolean asMessage) {
    pointsTo(302, goal.uri());
    ClientBuilder<Client<Talk>> builder =
        Client.of(Talk.class).redirects(Redirects.upTo(1)).token("t-1");
    fails(asMessage ? builder.tokenAsMessage() : builder, "the same host and port");
    assertThat(goal.quiet()).isTrue();
    answer = exchange -> exchange.respond(redirect(307, "new?a=" + asked.size()));
    fails(builder, "at most 1 redirects");
    assertThat(asked.getLast().headers().first("Authorization"))
        .isEqualTo(asMessage ? null : "Bearer t-1");
  }

  @Test
  void onTheSameHostEverythingIsKeptAndHttpMeansWs() {
    answer =
        exchange ->
            exchange.respond(
                switch (exchange.request().path()) {
                  case "/old" -> redirect(307, "new?a=1");
                  default -> redirect(308, goal.uri().replace("ws://", "http://"));
                });
    try (Client<Talk> client = open(following(2))) {
      assertThat(asked.get(1).headers().first("Authorization")).isEqualTo("Bearer t");
      assertThat(asked.get(1).headers().first("Cookie")).isEqualTo("id=1");
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void aCircleEndsAtTheBound() {
    pointsTo(302, uri());
    fails(following(3), "at most 3 redirects");
    assertThat(asked).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://127.0.0.1/", "mailto:ann@example.org", "ws://", "http://[", ""})
  void whatIsNoPlaceForAWebSocketIsRefused(String location) {
    pointsTo(302, location);
    fails(following(1), location.isEmpty() ? "at most 1" : "ws:// or wss://");
  }

  @Test
  void withoutALocationItSaysSo() {
    answer = exchange -> exchange.respond(HttpResponse.text(301, "somewhere"));
    fails(following(1), "301 to nowhere", "a Location");
  }

  @Test
  void allHopsTogetherHaveTheTimeOfOne() throws IOException {
    try (ServerSocket silent = new ServerSocket(0)) {
      String there = "ws://127.0.0.1:" + silent.getLocalPort() + "/";
      answer =
          exchange -> {
            var unused =
                exchange
                    .eventLoop()
                    .schedule(
                        () -> exchange.respond(redirect(302, there)), 700, TimeUnit.MILLISECONDS);
          };
      long began = System.nanoTime();
      assertThatThrownBy(() -> following(1).connectTimeout(Duration.ofSeconds(1)).connect(uri()))
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageContaining("not done within");
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofMillis(900), Duration.ofMillis(1_600));
    }
  }
}
