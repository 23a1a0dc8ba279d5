package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.switchboard.server.handlers.HandlerWatchdog;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A handler that does not return is reported, and costs only its own connection. */
@Tag("D8")
@Tag("D6")
class StuckHandlerTest {
  private final Logger log = (Logger) LoggerFactory.getLogger(HandlerWatchdog.class);
  private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event);
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    log.addAppender(appender);
    log.setAdditive(false);
  }

  @AfterEach
  void unlisten() {
    log.detachAppender(appender);
    log.setAdditive(true);
  }

  private static void waitHere(CountDownLatch gate) throws InterruptedException {
    gate.await();
  }

  @Test
  void itIsReportedOnceWithItsStackAndAgainWhenItReturns() {
    CountDownLatch gate = new CountDownLatch(1);
    Counted counted = new Counted();
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .clientsMayPublish(Talk.class, Addresses.rooms(), Addresses.users())
            .stuckAfter(Duration.ofMillis(200))
            .identify(
                request -> Verdict.allow(request.query().getOrDefault("user", List.of("x")).get(0)))
            .on(
                Talk.Note.class,
                (note, from) -> {
                  if (note.text().equals("wait")) {
                    waitHere(gate);
                  }
                });
    try (Server server =
            Server.builder().port(0).metrics(counted).endpoint("/ws", endpoint).start();
        Wire ann = Wire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      ann.say("{\"type\":\"note\",\"id\":1,\"data\":{\"text\":\"wait\"}}");
      await().untilAsserted(() -> assertThat(counted.of("stuck")).isEqualTo(1));
      for (int i = 1; i <= 50; i++) {
        assertThat(
                bob.ask("{\"type\":\"note\",\"id\":%d,\"data\":{\"text\":\"go\"}}".formatted(i))
                    .get("type")
                    .stringValue())
            .isEqualTo("ack");
      }
      gate.countDown();
      assertThat(ann.next("ack").get("re").intValue()).isEqualTo(1);
      await().untilAsserted(() -> assertThat(counted.of("returned")).isEqualTo(1));
      assertThat(counted.of("stuck")).isEqualTo(1);
    }
    await().untilAsserted(() -> assertThat(lines).hasSize(2));
    IThrowableProxy where = Objects.requireNonNull(lines.get(0).getThrowableProxy());
    assertThat(lines.get(0).getFormattedMessage()).contains("/ws", "of ann");
    assertThat(
            Arrays.stream(where.getStackTraceElementProxyArray())
                .map(line -> line.getStackTraceElement().getMethodName()))
        .contains("waitHere");
    assertThat(lines.get(1).getFormattedMessage()).contains("returned after PT0.");
    assertThat(endpoint.threads().watchdog().size()).as("nothing is left to watch").isZero();
  }
}
