package dev.switchboard.server;

import dev.switchboard.server.broker.CommitQueue;
import dev.switchboard.server.broker.LocalBroker;
import dev.switchboard.server.handlers.WatchdogThread;
import dev.switchboard.server.http.Files;
import dev.switchboard.server.http.HealthChecks;
import dev.switchboard.server.http.PathPattern;
import dev.switchboard.server.http.Router;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.ServerMetrics;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
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

  private Server(Builder builder) {
    this.sockets = new LinkedHashMap<>(builder.sockets);
    this.closeTimeout = builder.closeTimeout;
    this.broker = builder.broker();
    this.users = builder.users != null ? builder.users : new MemoryPresence();
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
                      started.all(), broker::health, () -> closed, HealthChecks.PATIENCE)));
    } catch (RuntimeException failed) {
      if (started != null) {
        started.close();
      }
      broker.close();
      users.close();
      throw failed;
    }
    this.loops = started;
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

  /** A timer that throws is never called again, and all that ends in time depends on this one. */
  private static void tick(EndpointPath socket, LongSupplier now) {
    try {
      socket.tick(now.getAsLong());
    } catch (Throwable failure) {
      LOG.error("{}: what was due could not be done; it is tried again", socket.path(), failure);
    }
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
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

  /** Answers plain HTTP requests. */
  @FunctionalInterface
  public interface HttpRoute {
    /**
     * The answer. Runs on a virtual thread and may block; what it throws is logged and answered
     * with 500.
     */
    HttpResponse answer(HttpRequest request) throws Exception;
  }

  /** Collects what a server is made of. Not thread-safe. */
  public static final class Builder {
    private final Map<PathPattern, EndpointPath> sockets = new LinkedHashMap<>();
    private final Map<String, Router.Route> routes = new LinkedHashMap<>();
    private final ServerTransportOptions.Builder transport =
        ServerTransportOptions.builder().host("127.0.0.1");
    private @Nullable Files files;
    private @Nullable HistoryStore store;
    private @Nullable Broker broker;
    private @Nullable PresenceStore users;
    private @Nullable ServerMetrics metrics;
    private @Nullable Long maxWaitingBytes;
    private Time time = Time.system();
    private IoKind io = IoKind.best();
    private int loops;
    private Duration closeTimeout = Duration.ofSeconds(5);

    private Builder() {}

    /** The address to listen on. Default {@code 127.0.0.1}: only this machine. */
    public Builder host(String host) {
      transport.host(host);
      return this;
    }

    /** The port to listen on; 0 takes a free one. Default 8080. */
    public Builder port(int port) {
      transport.port(port);
      return this;
    }

    /**
     * An endpoint at a path. A segment {@code {name}} stands for any one segment; its value is in
     * {@link Peer#parameters()}. An exact path goes before a pattern, an earlier pattern before a
     * later one. The rooms and users of an endpoint are its own, also when its path has parameters.
     */
    public Builder endpoint(String path, Endpoint<?> endpoint) {
      return socket(path, new TypedPath(endpoint));
    }

    /**
     * An endpoint for plain WebSockets at a path, with parameters as for {@link #endpoint(String,
     * Endpoint)}.
     */
    public Builder endpoint(String path, RawEndpoint endpoint) {
      return socket(path, new RawPath(endpoint));
    }

    private Builder socket(String path, EndpointPath socket) {
      PathPattern pattern = PathPattern.of(path);
      requireFree(path);
      sockets.put(pattern, socket);
      return this;
    }

    /** Answers GET and HEAD at a path. */
    public Builder get(String path, HttpRoute route) {
      requirePath(path);
      requireFree(path);
      routes.put(path, route::answer);
      return this;
    }

    /**
     * Serves the files of a resource folder at {@code /}, {@code index.html} for the folder itself.
     *
     * @param owner a class in the same jar
     * @param folder its absolute resource path, {@code /com/example/web/}, with a slash at both
     *     ends
     * @param headers sent with each file, such as a Content-Security-Policy: names and values in
     *     turn
     * @throws IllegalArgumentException if there is no such folder
     */
    public Builder files(Class<?> owner, String folder, String... headers) {
      files = new Files(owner, folder, Headers.of(headers));
      return this;
    }

    /**
     * Where logs are kept. Default: {@link MemoryHistory}. The server closes it in the end.
     *
     * @throws IllegalStateException if there is a broker, which keeps the logs
     */
    public Builder history(HistoryStore newStore) {
      requireOne(broker);
      store = newStore;
      return this;
    }

    /**
     * Most bytes of messages, over all endpoints, that wait for the store of {@link #history} to
     * commit them. Default 32 MiB; beyond it, or 10,000 messages, publishing is refused as {@code
     * unavailable}. One that is larger by itself is taken when no other waits. A {@link #broker} of
     * your own has bounds of its own, so both together are refused when the server starts.
     */
    public Builder maxWaitingBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxWaitingBytes: " + bytes + " (expected: 1 or more)");
      }
      maxWaitingBytes = bytes;
      return this;
    }

    /**
     * How entries get to other servers. Default: there are none. The server closes it in the end.
     *
     * @throws IllegalStateException if there is a history, as a broker keeps the logs
     */
    public Builder broker(Broker newBroker) {
      requireOne(store);
      broker = newBroker;
      return this;
    }

    /**
     * Who is in which room over all servers. Default: this is the only one. The server closes it in
     * the end.
     */
    public Builder presence(PresenceStore newStore) {
      users = newStore;
      return this;
    }

    /** Told what happens, to be counted. Default: nobody, which costs nothing. */
    public Builder metrics(ServerMetrics newMetrics) {
      metrics = newMetrics;
      return this;
    }

    /**
     * Most connections, plain HTTP ones included. Default as {@link ServerTransportOptions}; beyond
     * it 503.
     */
    public Builder maxConnections(int connections) {
      transport.maxConnections(connections);
      return this;
    }

    /** Speaks TLS: {@code https://} and {@code wss://} only. Default: plain text. */
    public Builder tls(Certificates certificates) {
      transport.tls(certificates);
      return this;
    }

    /** How many event loops carry the connections. Default: one for every two cores. */
    public Builder loops(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("loops: " + count + " (expected: 1 or more)");
      }
      loops = count;
      return this;
    }

    /**
     * How event loops talk to the kernel. Default {@link IoKind#best()}. One that this machine
     * can't run is refused with {@link IllegalArgumentException} when the server starts.
     */
    public Builder io(IoKind kind) {
      io = kind;
      return this;
    }

    /** How long {@link Server#close()} waits for connections to end well. Default 5 seconds. */
    public Builder closeTimeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException(
            "closeTimeout: " + timeout + " (expected: not negative)");
      }
      closeTimeout = timeout;
      return this;
    }

    /**
     * What time it is, for timestamps, and how much has passed, for timeouts. For tests: by default
     * timeouts are measured by a clock that nobody sets.
     */
    public Builder clock(Clock newClock) {
      return time(Time.of(newClock));
    }

    Builder time(Time newTime) {
      time = newTime;
      return this;
    }

    private Broker broker() {
      if (broker == null) {
        long bytes = maxWaitingBytes == null ? CommitQueue.DEFAULT_MAX_BYTES : maxWaitingBytes;
        return new LocalBroker(store(), bytes, time.elapsed());
      }
      if (maxWaitingBytes != null) {
        throw new IllegalStateException(
            "maxWaitingBytes: " + maxWaitingBytes + " (expected: not given, as broker is)");
      }
      return broker;
    }

    private Loops startLoops() {
      return loops > 0 ? Loops.of(io, loops) : Loops.standard(io);
    }

    private HistoryStore store() {
      return store != null ? store : new MemoryHistory(time.clock());
    }

    private static void requireOne(@Nullable Object other) {
      if (other != null) {
        throw new IllegalStateException(
            "history, broker: both given (expected: one of them, as a broker keeps the logs)");
      }
    }

    private void requireFree(String path) {
      if (routes.containsKey(path)
          || sockets.keySet().stream().anyMatch(taken -> taken.toString().equals(path))) {
        throw new IllegalArgumentException(
            "path: " + path + " is taken (expected: one endpoint or route for each)");
      }
    }

    private static void requirePath(String path) {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("path: " + path + " (expected: starting with /)");
      }
    }

    /**
     * Starts the server; it accepts connections when this returns.
     *
     * @throws dev.switchboard.transport.BindFailedException if the port is in use or may not be
     *     used
     */
    public Server start() {
      return new Server(this);
    }
  }
}
