package dev.switchboard.server.handlers;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The thread that sweeps the {@link HandlerWatchdog watches} of a server. It is a platform thread
 * of its own: handlers that keep every carrier of virtual threads busy are what it has to notice,
 * and an event loop has better things to do. Unlike all others of a server it is no daemon, and so
 * keeps the process alive while the server runs.
 */
public record WatchdogThread(ScheduledExecutorService thread) implements AutoCloseable {
  public static WatchdogThread start(List<HandlerWatchdog> watches) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("switchboard-watch").factory());
    long millis =
        watches.stream()
            .map(HandlerWatchdog::interval)
            .min(Comparator.naturalOrder())
            .orElse(Duration.ofSeconds(1))
            .toMillis();
    var unused =
        thread.scheduleWithFixedDelay(
            () -> watches.forEach(watchdog -> watchdog.sweep(System.nanoTime())),
            millis,
            millis,
            TimeUnit.MILLISECONDS);
    return new WatchdogThread(thread);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
