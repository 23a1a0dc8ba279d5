package dev.switchboard.server.http;

import dev.switchboard.server.broker.CommitQueue;
import dev.switchboard.spi.Broker.Health;
import dev.switchboard.transport.HttpResponse;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Answers {@code /healthz} and {@code /readyz}. Costs nothing until it is called; then each event
 * loop runs a task, and the broker reports its health. Thread-safe.
 */
public final class HealthChecks {
  /** A loop that does not run a task within this time is considered dead. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Health STUCK = new Health(false, false, "an event loop does not turn");

  private final List<EventLoop> loops;
  private final Supplier<Health> broker;
  private final BooleanSupplier closing;
  private final Duration patience;

  public HealthChecks(
      List<EventLoop> loops, Supplier<Health> broker, BooleanSupplier closing, Duration patience) {
    this.loops = List.copyOf(loops);
    this.broker = broker;
    this.closing = closing;
    this.patience = patience;
  }

  /** Checks whether this process works. If it does not, only a new process helps. */
  public CompletionStage<HttpResponse> alive() {
    return health().thenApply(health -> answer(health.alive(), health.reason()));
  }

  /** Checks whether clients should be sent here. */
  public CompletionStage<HttpResponse> ready() {
    return health()
        .thenApply(health ->
            closing.getAsBoolean()
                ? answer(false, CommitQueue.CLOSING)
                : answer(health.alive() && health.ready(), health.reason()));
  }

  private static HttpResponse answer(boolean good, String reason) {
    return HttpResponse.text(good ? 200 : 503, good ? "ok\n" : reason + "\n")
        .with("Cache-Control", "no-store");
  }

  private CompletionStage<Health> health() {
    CompletableFuture<?>[] turns =
        loops.stream().map(HealthChecks::turn).toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(turns)
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .handle((turned, stuck) -> stuck == null ? broker.get() : STUCK);
  }

  private static CompletableFuture<Void> turn(EventLoop loop) {
    return CompletableFuture.runAsync(() -> {}, loop);
  }
}
