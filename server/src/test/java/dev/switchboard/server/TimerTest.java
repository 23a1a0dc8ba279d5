package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.spi.ServerMetrics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens in time goes on happening, whatever fails in it once. */
@Tag("B5")
class TimerTest {
  @Test
  void aTickThatFailsIsNotTheLast() {
    ManualClock time = new ManualClock();
    AtomicBoolean fails = new AtomicBoolean();
    Clock clock = new FailingClock(time, fails);
    RawEndpoint endpoint = RawEndpoint.create().idleTimeout(Duration.ofMinutes(1));
    try (Server server = Server.builder().port(0).clock(clock).endpoint("/raw", endpoint).start()) {
      RawClient client = new RawClient(server.port(), "/raw");
      fails.set(true);
      await().until(() -> !fails.get());
      time.advance(Duration.ofMinutes(2));
      assertThat(client.closeCode()).isEqualTo(1008);
    }
  }

  @Test
  void metricsThatFailDoNotEndTheWatchOfHandlersThatAreStuck() {
    AtomicInteger told = new AtomicInteger();
    ServerMetrics metrics =
        new ServerMetrics() {
          @Override
          public void handlerStuck(String path) {
            told.incrementAndGet();
            throw new AssertionError("on purpose");
          }
        };
    CompletableFuture<Boolean> stuck = new CompletableFuture<>();
    RawEndpoint endpoint =
        RawEndpoint.create()
            .stuckAfter(Duration.ofMillis(80))
            .onText((peer, text) -> stuck.orTimeout(30, TimeUnit.SECONDS).join());
    try (Server server =
        Server.builder().port(0).metrics(metrics).endpoint("/raw", endpoint).start()) {
      new RawClient(server.port(), "/raw").socket.sendText("one", true).join();
      await().until(() -> told.get() == 1);
      new RawClient(server.port(), "/raw").socket.sendText("two", true).join();
      await().until(() -> told.get() == 2);
      stuck.complete(true);
    }
  }

  /** One that fails once when asked to. */
  private static final class FailingClock extends Clock {
    private final Clock time;
    private final AtomicBoolean fails;

    FailingClock(Clock time, AtomicBoolean fails) {
      this.time = time;
      this.fails = fails;
    }

    @Override
    public ZoneId getZone() {
      return time.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      if (fails.getAndSet(false)) {
        throw new AssertionError("on purpose");
      }
      return time.instant();
    }
  }
}
