package dev.switchboard.server;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The thread that sweeps the {@link Watch watches} of a server. It is a platform thread of its own:
 * handlers that keep every carrier of virtual threads busy are what it has to notice, and an event
 * loop has better things to do. Unlike all others of a server it is no daemon, and so keeps the
 * process alive while the server runs.
 */
record WatchThread(ScheduledExecutorService thread) implements AutoCloseable {
  static WatchThread start(List<Watch> watches) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("switchboard-watch").factory());
    long millis =
        watches.stream()
            .map(Watch::interval)
            .min(Comparator.naturalOrder())
            .orElse(Duration.ofSeconds(1))
            .toMillis();
    var unused =
        thread.scheduleWithFixedDelay(
            () -> watches.forEach(watch -> watch.sweep(System.nanoTime())),
            millis,
            millis,
            TimeUnit.MILLISECONDS);
    return new WatchThread(thread);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
