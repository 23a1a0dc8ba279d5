package dev.switchboard.server;

import dev.switchboard.server.handlers.WatchdogThread;
import dev.switchboard.server.http.HealthChecks;
import dev.switchboard.server.http.PathPattern;
import dev.switchboard.server.http.Router;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: endpoints, and HTTP on the same port. Thread-safe. It ends with {@link
 * #close()}; nothing of it is left then. Until then it keeps the process alive, also when {@code
 * main} has returned.
 *
 * <pre>{@code
 * try (var server = Server.builder().port(8080).endpoint("/ws", endpoint).start()) { … }
 * }</pre>
 */
public final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final long TICK_MILLIS = 250;
  private static final long GOING_AWAY_SPREAD_MILLIS = 2_000;
  private static final long LEAST_COMMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Loops loops;
  private final Broker broker;
  private final PresenceStore users;
  private final ServerTransport transport;
  private final Map<PathPattern, EndpointPath> sockets;
  private final ScheduledFuture<?> ticking;
  private final Duration closeTimeout;
  private final WatchdogThread watching;
  private volatile boolean closed; // written under this

  Server(ServerBuilder builder) {
    this.sockets = new LinkedHashMap<>(builder.sockets);
    this.closeTimeout = builder.closeTimeout;
    this.broker = builder.broker();
    this.users = builder.users();
    Loops started = null;
    try {
      Map<String, EndpointPath> byPath = new HashMap<>();
      users.watch((where, user, present, count) ->
          Objects.requireNonNull(byPath.get(where.space())).changed(where, user, present, count));
      sockets.forEach((path, socket) -> {
        Meter meter = new Meter(path.toString(), builder.metrics);
        byPath.put(path.toString(), socket);
        socket.start(path.toString(), broker, users, builder.time, meter);
      });
      started = builder.startLoops();
      this.transport =
          ServerTransport.bind(
              builder.transport.build(),
              started,
              new Router(
                  sockets,
                  builder.routes,
                  builder.files,
                  new HealthChecks(
                      started.all(), broker::health, () -> closed, HealthChecks.PATIENCE),
                  builder.hosts,
                  builder.proxies));
    } catch (RuntimeException failed) {
      if (started != null) {
        started.close();
      }
      broker.close();
      users.close();
      throw failed;
    }
    this.loops = started;
    warnIfOpen();
    this.watching =
        WatchdogThread.start(sockets.values().stream().map(EndpointPath::watchdog).toList());
    LongSupplier now = builder.time.elapsed();
    this.ticking =
        loops
            .next()
            .scheduleAtFixedRate(
                () -> sockets.values().forEach(socket -> tick(socket, now)),
                TICK_MILLIS,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
  }

  /** Guests are welcome by default, as on the machine of whoever tries it; not on all others. */
  private void warnIfOpen() {
    if (transport.localAddress().getAddress().isLoopbackAddress()) {
      return;
    }
    sockets.forEach((path, socket) -> {
      if (socket.endpoint().identity().openUnsaid()) {
        LOG.warn(
            "{}: anybody who reaches {} may connect as a guest (expected: identify(…) or"
                + " authenticate(…); guests() if it is meant)",
            path,
            address());
      }
    });
  }

  /** A timer that throws is never called again, and all that ends in time depends on this one. */
  private static void tick(EndpointPath socket, LongSupplier now) {
    try {
      socket.tick(now.getAsLong());
    } catch (Throwable failure) {
      LOG.error("{}: what was due could not be done; it is tried again", socket.path(), failure);
    }
  }

  /** Starts from the defaults. */
  public static ServerBuilder builder() {
    return new ServerBuilder();
  }

  /** The port it listens on. */
  public int port() {
    return transport.localAddress().getPort();
  }

  /** The address it listens on, as people type it: {@code host:port}. */
  public String address() {
    String host = transport.localAddress().getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  /** Connections now open, plain HTTP ones included. */
  public int connections() {
    return transport.connections();
  }

  /**
   * Stops accepting, tells each client when to come back ({@code going_away}, spread over two
   * seconds), lets handlers finish what was taken, closes with 1001, and returns when everything is
   * written and released, or after {@code closeTimeout} at the latest. Then whatever still waits
   * for the history store gets what is left of that time, but at least a second, and is refused
   * after it. Raw clients can't be told, so the closes themselves are spread: over 10 ms for each,
   * two seconds or half of {@code closeTimeout}, whichever is least. Idempotent.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    ticking.cancel(false);
    transport.stopAccepting();
    long deadline = System.nanoTime() + closeTimeout.toNanos();
    drain(deadline);
    transport.close();
    long left = Math.max(deadline - System.nanoTime(), LEAST_COMMIT_NANOS);
    broker.close(Duration.ofNanos(left)); // before the loops, which it delivers to
    watching.close();
    loops.close();
    users.close();
  }

  /** Sends the clients away, and waits until handlers are done and everything is written. */
  private void drain(long deadline) {
    sockets
        .values()
        .forEach(socket -> socket.sendAway(GOING_AWAY_SPREAD_MILLIS, closeTimeout.toMillis()));
    try {
      for (EndpointPath socket : sockets.values()) {
        if (!socket.connectionCounts().awaitEmpty(deadline)) {
          LOG.warn(
              "{}: {} connections cut, they did not close within {}",
              socket.path(),
              socket.connectionCounts().open(),
              closeTimeout);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
