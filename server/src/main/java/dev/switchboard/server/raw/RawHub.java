package dev.switchboard.server.raw;

import dev.switchboard.server.handlers.HandlerThreads;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.IdleSweep;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Prepared;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one raw endpoint share, and are handed when it runs. Thread-safe; time is
 * an argument.
 */
public final class RawHub {
  private static final long MILLIS_EACH = 10;

  private final EndpointContext context;
  private final HandlerThreads threads;
  private final RawApplication application;
  private final RawRegistry registry = new RawRegistry();
  private final Map<EventLoop, RawGroup> groups = new ConcurrentHashMap<>(4);
  private final ConnectionCounts connectionCounts = new ConnectionCounts();
  private final IdleSweep idleSweep;

  /** Nobody is connected yet. */
  public RawHub(EndpointContext context, HandlerThreads threads, RawApplication application) {
    this.context = context;
    this.threads = threads;
    this.application = application;
    this.idleSweep = new IdleSweep(context.settings().idleTimeout(), context.meter());
  }

  HandlerThreads threads() {
    return threads;
  }

  RawApplication application() {
    return application;
  }

  RawRegistry registry() {
    return registry;
  }

  /** Where the endpoint is. */
  String path() {
    return context.path();
  }

  /** For how many milliseconds a user's proof still holds; null for ever. */
  @Nullable Long millisLeft(AuthenticatedUser user) {
    return context.millisLeft(user);
  }

  Meter meter() {
    return context.meter();
  }

  IdleSweep idleSweep() {
    return idleSweep;
  }

  /** Milliseconds since some moment. */
  long now() {
    return context.now();
  }

  /** Most bytes that may wait to be written to a connection, or to be handed to a loop. */
  int maxPendingBytes() {
    return context.settings().maxPendingBytes();
  }

  /** The connections on that loop. */
  RawGroup group(EventLoop loop) {
    return Objects.requireNonNull(
        groups.computeIfAbsent(
            loop, key -> new RawGroup(key, meter(), threads.onLoop() ? threads.watchdog() : null)));
  }

  /** How many are connected. */
  public ConnectionCounts connectionCounts() {
    return connectionCounts;
  }

  /** Who is connected now: a snapshot. */
  public List<RawConnection> connections() {
    return registry.all();
  }

  /** The connection of that id; null for none. */
  public @Nullable RawConnection find(String id) {
    return registry.find(id);
  }

  /**
   * Sends a message to all connections, or to none if too much waits to be handed to those of an
   * event loop. Releases the message.
   */
  public boolean broadcast(Prepared message) {
    try {
      int room = maxPendingBytes() - message.payloadBytes();
      for (RawGroup group : groups.values()) {
        if (group.waiting() > room) {
          meter().limit(Limit.PENDING_BYTES);
          return false;
        }
      }
      groups.values().forEach(group -> group.send(message));
      return true;
    } finally {
      message.release();
    }
  }

  /** Time passes. */
  public void tick(long now) {
    idleSweep.tick(now, registry::all);
  }

  /**
   * Closes all connections. A raw client knows no {@code going_away}, so that the closes themselves
   * are spread; few of them need not wait long for that.
   */
  public void sendAway(long spreadMillis, long withinMillis) {
    List<RawConnection> all = registry.all();
    long spread = Math.min(Math.min(spreadMillis, withinMillis / 2), all.size() * MILLIS_EACH);
    all.forEach(one -> one.sendAway(ThreadLocalRandom.current().nextLong(spread + 1)));
  }

  /** For tests: what is held. */
  public Map<String, Integer> sizes() {
    return Map.of("peers", registry.size(), "open", connectionCounts.open());
  }
}
