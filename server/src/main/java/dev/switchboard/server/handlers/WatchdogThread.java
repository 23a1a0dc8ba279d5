package dev.switchboard.server.handlers;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The thread that runs the {@link HandlerWatchdog} sweeps of a server. It is a dedicated platform
 * thread, because it must notice handlers that keep every carrier of virtual threads busy, and
 * because an event loop has better things to do. Unlike all other threads of a server it is not a
 * daemon, so it keeps the process alive while the server runs.
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
