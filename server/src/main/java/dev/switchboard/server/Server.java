package dev.switchboard.server;

import dev.switchboard.server.handlers.WatchdogThread;
import dev.switchboard.server.http.HealthChecks;
import dev.switchboard.server.http.HttpPolicy;
import dev.switchboard.server.http.PathPattern;
import dev.switchboard.server.http.Router;
import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.AuditLog;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.session.SessionClaims;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server, with its endpoints and plain HTTP on one port. Thread-safe. {@link #close()}
 * stops it and releases everything. Until then it keeps the process alive, even after {@code main}
 * has returned.
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
  private final Services services;
  private final ServerTransport transport;
  private final Map<PathPattern, EndpointPath> sockets;
  private final ScheduledFuture<?> ticking;
  private final Duration closeTimeout;
  private final WatchdogThread watching;
  private volatile boolean closed; // true once close() was called; written under this

  Server(ServerBuilder builder) {
    Paths paths = builder.paths.copy();
    this.sockets = paths.sockets();
    this.closeTimeout = builder.closeTimeout;
    Map<String, EndpointPath> byPath = new HashMap<>();
    sockets.forEach((path, socket) -> byPath.put(path.toString(), socket));
    Storage storage = builder.storage;
    Restrictions restrictions = storage.openRestrictions(builder.time); // before a broker: may fail
    this.services =
        new Services(
            storage.openBroker(builder.time),
            storage.openPresence(),
            new Orders(byPath, restrictions, storage.bus()),
            new SessionClaims(storage.bus(), builder.time.elapsed()),
            builder.time,
            new AuditLog(builder.time.elapsed()),
            storage.cluster());
    Loops started = null;
    try {
      services
          .users()
          .watch((where, user, present, count) ->
              Objects.requireNonNull(byPath.get(where.space()))
                  .changed(where, user, present, count));
      sockets.forEach((path, socket) -> {
        Meter meter = new Meter(path.toString(), builder.metrics);
        socket.start(path.toString(), services, meter);
      });
      sockets.values().forEach(socket -> socket.endpoint().addRoutes(paths));
      services.startBus();
      started = builder.startLoops();
      this.transport =
          ServerTransport.bind(
              builder.transport.build(),
              started,
              new Router(
                  sockets,
                  paths.routes(),
                  builder.files,
                  new HealthChecks(
                      started.all(),
                      services.broker()::health,
                      () -> closed,
                      HealthChecks.PATIENCE),
                  new HttpPolicy(builder.hosts, builder.proxies, builder.securityHeaders),
                  services.audit()));
    } catch (RuntimeException failed) {
      if (started != null) {
        started.close();
      }
      services.broker().close();
      sockets.values().forEach(socket -> socket.endpoint().close());
      services.close();
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
                () -> {
                  sockets
                      .values()
                      .forEach(socket -> tick(socket.path(), () -> socket.tick(now.getAsLong())));
                  tick("sessions", services.claims()::tick);
                  tick("audit", services.audit()::tick);
                },
                TICK_MILLIS,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
    services.startTransactions(new TransactionPublisher(byPath, services.broker()));
  }

  /**
   * Warns about endpoints that accept guests without saying so, where other machines can reach the
   * server. On the local machine, where people try it, guests are welcome by default.
   */
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

  /**
   * Runs periodic work and catches everything: a timer that throws is never called again, and all
   * timeouts depend on this one.
   */
  private static void tick(String whose, Runnable due) {
    try {
      due.run();
    } catch (Throwable failure) {
      LOG.error("{}: what was due could not be done; it is tried again", whose, failure);
    }
  }

  /** Returns a builder with the default options. */
  public static ServerBuilder builder() {
    return new ServerBuilder();
  }

  /** Returns the port that the server listens on. */
  public int port() {
    return transport.localAddress().getPort();
  }

  /** Returns the address that the server listens on, as {@code host:port}. */
  public String address() {
    String host = transport.localAddress().getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  /** Returns the number of open connections, including plain HTTP. */
  public int connections() {
    return transport.connections();
  }

  /** Returns what takes back the proofs of users' identities. */
  public Revocations revocations() {
    return new Revocations(
        services.orders(), services.restrictions(), new Audit(services.audit(), ""));
  }

  /**
   * Shuts the server down gracefully. Stops accepting connections, tells each client when to return
   * ({@code going_away}, spread over two seconds), lets handlers finish the messages and HTTP
   * requests already received, and closes connections with 1001. Called by such a handler, it would
   * wait for itself until the timeout. Blocks until everything is written and released, or {@code
   * closeTimeout} has passed. Messages that are still waiting for the history store then get the
   * rest of that time, but at least one second, and are refused after it. Idempotent.
   *
   * <p>Raw clients can't be told when to return, so their connections are closed at different
   * times: within 10 ms per connection, two seconds, or half of {@code closeTimeout}, whichever is
   * shortest.
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
    services.stopTransactions();
    drain(deadline);
    transport.close();
    services.claims().close(); // before the bus, which the broker closes
    long left = Math.max(deadline - System.nanoTime(), LEAST_COMMIT_NANOS);
    services.broker().close(Duration.ofNanos(left)); // before the loops, which it delivers to
    watching.close();
    loops.close();
    sockets.values().forEach(socket -> socket.endpoint().close());
    services.close();
  }

  /** Sends clients away and waits until handlers are done and everything is written. */
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
      transport.awaitResponses(deadline);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
