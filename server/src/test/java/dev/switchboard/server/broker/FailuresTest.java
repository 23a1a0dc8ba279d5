package dev.switchboard.server.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A part that is down for long does not fill the log. */
@Tag("D6")
class FailuresTest {
  @Test
  void whatFailsAgainAndAgainIsLoggedOnceAMinuteWithItsNumber() {
    Logger log = (Logger) LoggerFactory.getLogger("dev.switchboard.server.broker.FailuresTest");
    List<String> lines = new ArrayList<>();
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
          }
        };
    appender.start();
    log.addAppender(appender);
    log.setAdditive(false);
    Failures failures = new Failures(log, "reading history");
    for (int i = 0; i < 600; i++) {
      failures.failed(new IllegalStateException(), Duration.ofMillis(100L * i).toNanos());
    }
    assertThat(lines).containsExactly("reading history failed");
    failures.failed(new IllegalStateException(), Duration.ofMinutes(1).toNanos());
    failures.failed(new IllegalStateException(), Duration.ofMinutes(3).toNanos());
    assertThat(lines)
        .containsExactly(
            "reading history failed",
            "reading history failed, as 599 times since the last line",
            "reading history failed");
  }
}
