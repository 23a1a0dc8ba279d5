package dev.switchboard.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What is logged, and the exceptions that nobody caught. Whatever strangers send, an operator has
 * nothing to look at. Thread-safe.
 */
final class Journal extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final List<String> LOGGERS = List.of("dev.switchboard", "io.netty");

  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
  private final @Nullable UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();

  /** Listens from now on, to all that the server could be told to log. */
  Journal() {
    start();
    LOGGERS.forEach(name -> {
      Logger logger = logger(name);
      logger.setLevel(name.startsWith("io.") ? Level.INFO : Level.DEBUG);
      logger.setAdditive(false);
      logger.addAppender(this);
    });
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> escaped.add(thrown));
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  @Override
  protected void append(ILoggingEvent event) {
    event.prepareForDeferredProcessing();
    events.add(event);
  }

  /** Checks what was logged since the last call: no warning, no second line, no token. */
  void check() {
    for (ILoggingEvent event = events.poll(); event != null; event = events.poll()) {
      String line = event.getFormattedMessage();
      assertThat(event.getLevel().isGreaterOrEqual(Level.WARN))
          .as("a warning: %s %s %s", event.getLevel(), line, thrown(event))
          .isFalse();
      assertThat(line.chars().filter(Character::isISOControl).count())
          .as("control characters in: %s", line)
          .isZero();
      assertThat(line).as("a token is not logged").doesNotContain("eyJ");
    }
    assertThat(escaped).isEmpty();
  }

  private static String thrown(ILoggingEvent event) {
    return event.getThrowableProxy() == null ? "" : event.getThrowableProxy().getMessage();
  }

  @Override
  public void close() {
    LOGGERS.forEach(name -> {
      Logger logger = logger(name);
      logger.detachAppender(this);
      logger.setLevel(null);
      logger.setAdditive(true);
    });
    Thread.setDefaultUncaughtExceptionHandler(before);
    stop();
  }
}
