package dev.switchboard.client;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A client's statistics as Micrometer meters. Requires {@code io.micrometer:micrometer-core}, which
 * nothing else in the client needs. Thread-safe.
 *
 * <ul>
 *   <li>{@code switchboard.client.messages} and {@code switchboard.client.bytes}: counters, by
 *       {@code direction} ({@code sent}, {@code received})
 *   <li>{@code switchboard.client.reconnect.attempts} and {@code switchboard.client.connections}:
 *       counters
 *   <li>{@code switchboard.client.connected}: 1 or 0
 *   <li>{@code switchboard.client.uptime} and {@code switchboard.client.round.trip}: seconds
 *   <li>{@code switchboard.client.queue.messages} and {@code switchboard.client.queue.bytes}
 * </ul>
 *
 * <p>The registry holds the client weakly. {@link #close} removes the meters.
 */
@SuppressWarnings("exports") // who uses it has Micrometer
public final class ClientMetrics implements MeterBinder, AutoCloseable {
  private static final String PREFIX = "switchboard.client.";

  private final WebSocketClient client;
  private final Tags tags;
  private final Map<Meter, MeterRegistry> bound = new ConcurrentHashMap<>();

  /** Creates the meters of a client, with tags that distinguish it from others. */
  public ClientMetrics(WebSocketClient client, Iterable<Tag> tags) {
    this.client = client;
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    counter(registry, "messages", "sent", statistics -> statistics.sent().messages());
    counter(registry, "messages", "received", statistics -> statistics.received().messages());
    counter(registry, "bytes", "sent", statistics -> statistics.sent().bytes());
    counter(registry, "bytes", "received", statistics -> statistics.received().bytes());
    counter(registry, "reconnect.attempts", null, statistics -> statistics.reconnectAttempts());
    counter(registry, "connections", null, statistics -> statistics.connections());
    gauge(registry, "connected", null, each -> each.isConnected() ? 1 : 0);
    gauge(registry, "uptime", "seconds", each -> seconds(each.statistics().uptime()));
    gauge(registry, "round.trip", "seconds", each -> seconds(each.statistics().roundTrip()));
    gauge(registry, "queue.messages", null, each -> each.queueStatus().size());
    gauge(registry, "queue.bytes", "bytes", each -> each.queueStatus().bytes());
  }

  private void counter(
      MeterRegistry registry,
      String name,
      @Nullable String direction,
      ToDoubleFunction<Statistics> value) {
    List<Tag> more = direction == null ? List.of() : List.of(Tag.of("direction", direction));
    bound.put(
        FunctionCounter.builder(
                PREFIX + name, client, each -> value.applyAsDouble(each.statistics()))
            .tags(tags.and(more))
            .register(registry),
        registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      @Nullable String unit,
      ToDoubleFunction<WebSocketClient> value) {
    bound.put(
        Gauge.builder(PREFIX + name, client, value).baseUnit(unit).tags(tags).register(registry),
        registry);
  }

  private static double seconds(@Nullable Duration time) {
    return time == null ? Double.NaN : time.toNanos() / 1e9;
  }

  /** Removes the meters from their registries. */
  @Override
  public void close() {
    bound.forEach((meter, registry) -> registry.remove(meter));
    bound.clear();
  }
}
