package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** What becomes of users' code that throws, or does what it must not. */
@Tag("B5")
class FailingCodeTest {
  private final Logger log = (Logger) LoggerFactory.getLogger("dev.switchboard.server");
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<Server> started = new ArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event.getFormattedMessage());
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    log.addAppender(appender);
    log.setAdditive(false);
  }

  @AfterEach
  void stop() {
    started.forEach(Server::close);
    log.detachAppender(appender);
    log.setAdditive(true);
  }

  private List<String> warned(String host, Endpoint<Talk> endpoint) {
    lines.clear();
    started.add(Server.builder().host(host).port(0).endpoint("/ws", endpoint).start());
    return lines.stream().filter(line -> line.contains("as a guest")).toList();
  }

  @Test
  @Tag("B3")
  void aServerThatLetsAnybodyInFromOutsideSaysSoUnlessItIsMeant() {
    assertThat(warned("0.0.0.0", Endpoint.of(Talk.class))).hasSize(1);
    assertThat(warned("127.0.0.1", Endpoint.of(Talk.class))).isEmpty();
    assertThat(warned("0.0.0.0", Endpoint.of(Talk.class).guests())).isEmpty();
    assertThat(warned("0.0.0.0", Talk.endpoint())).isEmpty();
  }

  private int serve(Endpoint<Talk> endpoint) {
    Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
    started.add(server);
    return server.port();
  }

  private int serve(RawEndpoint endpoint) {
    Server server = Server.builder().port(0).endpoint("/raw", endpoint).start();
    started.add(server);
    return server.port();
  }

  @Test
  @Tag("D11")
  void aLogLineStaysOneLineWhateverThePathIs() throws Exception {
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .identify(request -> {
              throw new IllegalStateException("on purpose");
            });
    Server server = Server.builder().port(0).endpoint("/rooms/{room}", endpoint).start();
    started.add(server);
    try (Stranger eve = new Stranger(server.port(), 1)) {
      eve.send(Stranger.handshake("/rooms/a%0a12:00%20forged?token=secret"));
      assertThat(eve.read(new byte[1_000])).as("bytes of the refusal").isPositive();
    }
    await().untilAsserted(() -> assertThat(lines).hasSize(1));
    assertThat(lines.getFirst())
        .startsWith("identifying GET /rooms/a%0a12:00%20forged from /127.0.0.")
        .endsWith(" failed");
  }

  @Test
  void anOnOpenThatThrowsEndsItsConnectionAndNothingIsHandled() {
    CountDownLatch gate = new CountDownLatch(1);
    int port =
        serve(
            Endpoint.of(Talk.class)
                .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
                .identify(request -> Verdict.allow("ann"))
                .onOpen(peer -> {
                  awaitQuietly(gate);
                  throw new IllegalStateException("no database");
                })
                .on(Talk.Note.class, (note, from) -> seen.add("note"))
                .onPublish(Talk.Said.class, (said, publishing) -> seen.add("chat")));
    Wire ann = Wire.welcomed(port, "ann");
    ann.say("{\"type\":\"note\",\"data\":{\"text\":\"x\"}}");
    ann.say("{\"type\":\"chat\",\"user\":\"bob\",\"data\":{\"message\":\"x\"}}");
    ann.barrier();
    gate.countDown();
    assertThat(ann.closeCode()).isEqualTo(1011);
    assertThat(seen).isEmpty();
    assertThat(lines).containsExactly("/ws: onOpen failed for ann");
  }

  @Test
  void anOnOpenMayTurnAConnectionAway() {
    int port =
        serve(
            Endpoint.of(Talk.class)
                .onOpen(peer -> {
                  throw new RefusedException(ErrorCode.FORBIDDEN, "not on Sundays");
                }));
    try (Wire ann = Wire.open(port, "/ws")) {
      assertThat(ann.closeCode()).isEqualTo(1008);
    }
    assertThat(lines).isEmpty();
  }

  private static void awaitQuietly(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  @Test
  void aFailureIsNotToBeTriedAgainAndItsLineSaysWhereWhatAndWhose() {
    int port =
        serve(
            Endpoint.of(Talk.class)
                .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
                .identify(request -> Verdict.allow("ann"))
                .onJoin((room, who) -> {
                  if (room.equals("bad")) {
                    throw new IllegalStateException();
                  }
                })
                .on(
                    Talk.Note.class,
                    (note, from) -> {
                      throw new IllegalStateException();
                    })
                .onPublish(
                    Talk.Said.class,
                    (said, publishing) -> {
                      throw new IllegalStateException();
                    })
                .onClose((peer, code, reason, clean) -> {
                  throw new IllegalStateException();
                }));
    try (Wire ann = Wire.welcomed(port, "ann")) {
      JsonNode failed = ann.ask("{\"type\":\"note\",\"id\":1,\"data\":{\"text\":\"x\"}}");
      assertThat(failed.get("code").stringValue()).isEqualTo("internal");
      assertThat(failed.get("retryable").booleanValue()).isFalse();
      assertThat(failed.get("message").stringValue()).doesNotContain("again");
      ann.ask("{\"type\":\"chat\",\"user\":\"bob\",\"id\":2,\"data\":{\"message\":\"x\"}}");
      ann.ask("{\"type\":\"join_room\",\"room\":\"bad\",\"id\":3}");
      ann.close(1000);
      assertThat(ann.closeCode()).isEqualTo(1000);
    }
    await()
        .untilAsserted(() ->
            assertThat(lines)
                .containsExactly(
                    "/ws: the handler of note failed for ann",
                    "/ws: publishing chat failed for ann",
                    "/ws: onJoin of bad failed for ann",
                    "/ws: onClose failed for ann"));
  }

  @Test
  void aRawInterceptorThatProceedsTwiceRunsTheHandlerOnce() {
    int port =
        serve(
            RawEndpoint.create()
                .intercept((message, from, next) -> {
                  next.proceed();
                  next.proceed();
                })
                .onText((peer, text) -> seen.add(text))
                .onError((peer, failure) -> seen.add(String.valueOf(failure.getMessage()))));
    RawClient client = new RawClient(port, "/raw");
    client.socket.sendText("once", true).join();
    assertThat(client.closeCode()).isEqualTo(1011);
    assertThat(seen).containsExactly("once", "proceed: called again (expected: at most once)");
  }

  @Test
  void aRawConnectionIsClosedAlsoIfOnErrorFails() {
    int port =
        serve(
            RawEndpoint.create()
                .onText((peer, text) -> {
                  throw new IllegalStateException("first");
                })
                .onError((peer, failure) -> {
                  throw new IllegalStateException("second");
                }));
    RawClient client = new RawClient(port, "/raw");
    client.socket.sendText("x", true).join();
    assertThat(client.closeCode()).isEqualTo(1011);
    await().untilAsserted(() -> assertThat(lines).hasSize(1));
    assertThat(lines.getFirst()).startsWith("/raw: a handler failed for connection ");
  }
}
