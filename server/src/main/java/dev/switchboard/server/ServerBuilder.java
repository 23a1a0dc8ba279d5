package dev.switchboard.server;

import dev.switchboard.server.broker.CommitQueue;
import dev.switchboard.server.broker.LocalBroker;
import dev.switchboard.server.http.AllowedHosts;
import dev.switchboard.server.http.Files;
import dev.switchboard.server.http.PathPattern;
import dev.switchboard.server.http.Router;
import dev.switchboard.server.http.TrustedProxies;
import dev.switchboard.server.limits.Time;
import dev.switchboard.server.presence.MemoryPresence;
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
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects what a server is made of. Not thread-safe. */
public final class ServerBuilder {
  final Map<PathPattern, EndpointPath> sockets = new LinkedHashMap<>();
  final Map<String, Router.Route> routes = new LinkedHashMap<>();
  final ServerTransportOptions.Builder transport =
      ServerTransportOptions.builder().host("127.0.0.1");
  @Nullable Files files;
  private @Nullable HistoryStore store;
  private @Nullable Broker broker;
  private @Nullable PresenceStore users;
  @Nullable ServerMetrics metrics;
  private @Nullable Long maxWaitingBytes;
  Time time = Time.system();
  private IoKind io = IoKind.best();
  AllowedHosts hosts = AllowedHosts.of(List.of());
  TrustedProxies proxies = TrustedProxies.NONE;
  private int loops;
  Duration closeTimeout = Duration.ofSeconds(5);

  ServerBuilder() {}

  /** Answers plain HTTP requests. */
  @FunctionalInterface
  public interface HttpRoute {
    /**
     * The answer. Runs on a virtual thread and may block; what it throws is logged and answered
     * with 500.
     */
    HttpResponse answer(HttpRequest request) throws Exception;
  }

  /** The address to listen on. Default {@code 127.0.0.1}: only this machine. */
  public ServerBuilder host(String host) {
    transport.host(host);
    return this;
  }

  /**
   * Names under which browsers reach this server, without a port: {@code "chat.example.com"},
   * {@code "*.example.com"}. Default: none but {@code localhost} and addresses. A request for
   * another name is refused with 421, so that no page can point its own name at this server (DNS
   * rebinding); health checks and upgrades without an {@code Origin} may name any host. The last
   * call counts.
   *
   * @throws IllegalArgumentException if one is not a name
   */
  public ServerBuilder hosts(String... names) {
    hosts = AllowedHosts.of(List.of(names));
    return this;
  }

  /** Answers requests for any name, as is safe where nothing depends on the visitor's network. */
  public ServerBuilder anyHost() {
    hosts = AllowedHosts.ANY;
    return this;
  }

  /**
   * Proxies whose {@code X-Forwarded-For} and {@code X-Forwarded-Proto} are believed: addresses or
   * networks, {@code "10.0.0.0/8"}. The client is the last address in the list that is not one of
   * them. Default: none; these headers are ignored then. The last call counts.
   *
   * @throws IllegalArgumentException if one is neither an address nor a network
   */
  public ServerBuilder trustedProxies(String... networks) {
    proxies = TrustedProxies.of(List.of(networks));
    return this;
  }

  /** The port to listen on; 0 takes a free one. Default 8080. */
  public ServerBuilder port(int port) {
    transport.port(port);
    return this;
  }

  /**
   * An endpoint at a path. A segment {@code {name}} stands for any one segment; its value is in
   * {@link Peer#parameters()}. An exact path goes before a pattern, an earlier pattern before a
   * later one. The rooms and users of an endpoint are its own, also when its path has parameters.
   */
  public ServerBuilder endpoint(String path, Endpoint<?> endpoint) {
    return socket(path, new EndpointPath.Typed(endpoint));
  }

  /**
   * An endpoint for plain WebSockets at a path, with parameters as for {@link #endpoint(String,
   * Endpoint)}.
   */
  public ServerBuilder endpoint(String path, RawEndpoint endpoint) {
    return socket(path, new EndpointPath.Raw(endpoint));
  }

  private ServerBuilder socket(String path, EndpointPath socket) {
    PathPattern pattern = PathPattern.of(path);
    requireFree(path);
    sockets.put(pattern, socket);
    return this;
  }

  /** Answers GET and HEAD at a path. */
  public ServerBuilder get(String path, HttpRoute route) {
    requirePath(path);
    requireFree(path);
    routes.put(path, route::answer);
    return this;
  }

  /**
   * Serves the files of a resource folder at {@code /}, {@code index.html} for the folder itself.
   *
   * @param owner a class in the same jar
   * @param folder its absolute resource path, {@code /com/example/web/}, with a slash at both ends
   * @param headers sent with each file, such as a Content-Security-Policy: names and values in turn
   * @throws IllegalArgumentException if there is no such folder
   */
  public ServerBuilder files(Class<?> owner, String folder, String... headers) {
    files = new Files(owner, folder, Headers.of(headers));
    return this;
  }

  /**
   * Where logs are kept. Default: {@link MemoryHistory}. The server closes it in the end.
   *
   * @throws IllegalStateException if there is a broker, which keeps the logs
   */
  public ServerBuilder history(HistoryStore newStore) {
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
  public ServerBuilder maxWaitingBytes(long bytes) {
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
  public ServerBuilder broker(Broker newBroker) {
    requireOne(store);
    broker = newBroker;
    return this;
  }

  /**
   * Who is in which room over all servers. Default: this is the only one. The server closes it in
   * the end.
   */
  public ServerBuilder presence(PresenceStore newStore) {
    users = newStore;
    return this;
  }

  /** Told what happens, to be counted. Default: nobody, which costs nothing. */
  public ServerBuilder metrics(ServerMetrics newMetrics) {
    metrics = newMetrics;
    return this;
  }

  /**
   * Most connections, plain HTTP ones included. Default as {@link ServerTransportOptions}; beyond
   * it 503.
   */
  public ServerBuilder maxConnections(int connections) {
    transport.maxConnections(connections);
    return this;
  }

  /** Speaks TLS: {@code https://} and {@code wss://} only. Default: plain text. */
  public ServerBuilder tls(Certificates certificates) {
    transport.tls(certificates);
    return this;
  }

  /** How many event loops carry the connections. Default: one for every two cores. */
  public ServerBuilder loops(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("loops: " + count + " (expected: 1 or more)");
    }
    loops = count;
    return this;
  }

  /**
   * How event loops talk to the kernel. Default {@link IoKind#best()}. One that this machine can't
   * run is refused with {@link IllegalArgumentException} when the server starts.
   */
  public ServerBuilder io(IoKind kind) {
    io = kind;
    return this;
  }

  /** How long {@link Server#close()} waits for connections to end well. Default 5 seconds. */
  public ServerBuilder closeTimeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("closeTimeout: " + timeout + " (expected: not negative)");
    }
    closeTimeout = timeout;
    return this;
  }

  /**
   * What time it is, for timestamps, and how much has passed, for timeouts. For tests: by default
   * timeouts are measured by a clock that nobody sets.
   */
  public ServerBuilder clock(Clock newClock) {
    return time(Time.of(newClock));
  }

  ServerBuilder time(Time newTime) {
    time = newTime;
    return this;
  }

  Broker broker() {
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

  Loops startLoops() {
    return loops > 0 ? Loops.of(io, loops) : Loops.standard(io);
  }

  PresenceStore users() {
    return users != null ? users : new MemoryPresence();
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
   * @throws dev.switchboard.transport.BindFailedException if the port is in use or may not be used
   */
  public Server start() {
    return new Server(this);
  }
}
