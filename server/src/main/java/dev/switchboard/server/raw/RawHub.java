package dev.switchboard.server.raw;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.server.handlers.HandlerThreads;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.IdleSweep;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Rates;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Prepared;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The state and the services that the connections of one raw endpoint share. Thread-safe; time is
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

  /** Creates the shared state; there are no connections yet. */
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

  /** Returns the endpoint's path. */
  String path() {
    return context.path();
  }

  /** Returns for how many milliseconds a user's proof is still valid; null for ever. */
  @Nullable Long millisLeft(AuthenticatedUser user) {
    return context.millisLeft(user);
  }

  Meter meter() {
    return context.meter();
  }

  IdleSweep idleSweep() {
    return idleSweep;
  }

  /** Returns the milliseconds since some moment. */
  long now() {
    return context.now();
  }

  /** Returns how many bytes may wait to be written to a connection, or to be passed to a loop. */
  int maxPendingBytes() {
    return context.settings().maxPendingBytes();
  }

  /** Returns how much a connection may send. */
  Rates rates() {
    return context.settings().clients().rates();
  }

  /** Returns the connections on an event loop. */
  RawGroup group(EventLoop loop) {
    return Objects.requireNonNull(
        groups.computeIfAbsent(
            loop, key -> new RawGroup(key, meter(), threads.onLoop() ? threads.watchdog() : null)));
  }

  /** Returns the counts of connections. */
  public ConnectionCounts connectionCounts() {
    return connectionCounts;
  }

  /** Returns a snapshot of the current connections. */
  public List<RawConnection> connections() {
    return registry.all();
  }

  /** Returns the connection with an ID, or null. */
  public @Nullable RawConnection find(String id) {
    return registry.find(id);
  }

  /**
   * Sends a message to all connections, or to none if too much already waits for the connections of
   * an event loop. Releases the message.
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

  /** Closes the connections of users whose proof of identity was revoked. */
  public void revoked(Predicate<AuthenticatedUser> whose) {
    for (RawConnection connection : registry.all()) {
      AuthenticatedUser user = connection.user();
      if (user != null && whose.test(user)) {
        connection.close(CloseCode.AUTH_EXPIRED, Authentication.REVOKED);
      }
    }
  }

  /** Returns why a user may not be here, or null. */
  EndpointContext.@Nullable Barred barred(@Nullable AuthenticatedUser user) {
    return context.barred(user);
  }

  /** Advances the time. */
  public void tick(long now) {
    idleSweep.tick(now, registry::all);
  }

  /**
   * Closes all connections. Raw clients do not know {@code going_away}, so the closes themselves
   * are spread over time; for few connections the spread is short.
   */
  public void sendAway(long spreadMillis, long withinMillis) {
    List<RawConnection> all = registry.all();
    long spread = Math.min(Math.min(spreadMillis, withinMillis / 2), all.size() * MILLIS_EACH);
    all.forEach(one -> one.sendAway(ThreadLocalRandom.current().nextLong(spread + 1)));
  }

  /** Returns how much is held, for tests. */
  public Map<String, Integer> sizes() {
    return Map.of("peers", registry.size(), "open", connectionCounts.open());
  }
}
