package dev.switchboard.server;

import dev.switchboard.server.http.AllowedHosts;
import dev.switchboard.server.http.AllowedOrigins;
import dev.switchboard.server.http.Files;
import dev.switchboard.server.http.Networks;
import dev.switchboard.server.http.SecurityHeaders;
import dev.switchboard.server.http.TrustedProxies;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.RestrictionStore;
import dev.switchboard.spi.ServerMetrics;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.netty.Loops;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects a server's options and starts servers with them. Not thread-safe. */
public final class ServerBuilder {
  // The options: set by the methods of their names, read when the server starts.
  final Paths paths = new Paths();
  final ServerTransportOptions.Builder transport =
      ServerTransportOptions.builder().host("127.0.0.1");
  @Nullable Files files; // null for none
  final Storage storage = new Storage();
  @Nullable ServerMetrics metrics; // null for none
  Time time = Time.system();
  private IoKind io = IoKind.best();
  AllowedHosts hosts = AllowedHosts.of(List.of());
  TrustedProxies proxies = TrustedProxies.NONE;
  SecurityHeaders securityHeaders = SecurityHeaders.DEFAULT;
  private int loops; // 0 for one for every two cores
  Duration closeTimeout = Duration.ofSeconds(5);

  ServerBuilder() {}

  /** Answers plain HTTP requests. */
  @FunctionalInterface
  public interface HttpRoute {
    /**
     * Returns the response. Runs on a virtual thread and may block. If it throws, the exception is
     * logged and the client gets 500.
     */
    HttpResponse answer(HttpRequest request) throws Exception;
  }

  /**
   * Sets the address to listen on. The default is {@code 127.0.0.1}, which only this machine can
   * reach.
   */
  public ServerBuilder host(String host) {
    transport.host(host);
    return this;
  }

  /**
   * Sets the names by which browsers reach this server, without a port: {@code "chat.example.com"},
   * {@code "*.example.com"}. By default only {@code localhost} and IP addresses are accepted. A
   * request for another name is refused with 421, so that no page can point its own name at this
   * server (DNS rebinding). Health checks and upgrades without an {@code Origin} may name any host.
   * The last call counts.
   *
   * @throws IllegalArgumentException if one is not a host name
   */
  public ServerBuilder hosts(String... names) {
    hosts = AllowedHosts.of(List.of(names));
    return this;
  }

  /** Accepts requests for any name. That is safe if nothing depends on the visitor's network. */
  public ServerBuilder anyHost() {
    hosts = AllowedHosts.ANY;
    return this;
  }

  /**
   * Sets the proxies whose {@code X-Forwarded-For} and {@code X-Forwarded-Proto} headers are
   * trusted, as addresses or networks: {@code "10.0.0.0/8"}. The client is the last address in the
   * list that is not a trusted proxy. None by default, so these headers are ignored. The last call
   * counts.
   *
   * @throws IllegalArgumentException if one is neither an address nor a network
   */
  public ServerBuilder trustedProxies(String... networks) {
    return trustedProxies(ForwardedBy.X_FORWARDED_FOR, networks);
  }

  /**
   * Sets the proxies that are trusted, as {@link #trustedProxies(String...)} does, and which header
   * they send. The other one is ignored: a proxy passes it on as its client wrote it.
   *
   * @throws IllegalArgumentException if one is neither an address nor a network
   */
  public ServerBuilder trustedProxies(ForwardedBy header, String... networks) {
    proxies =
        TrustedProxies.of(header == ForwardedBy.FORWARDED, Networks.of("trustedProxies", networks));
    return this;
  }

  /**
   * Sets the proxies whose connections begin with a PROXY protocol header, version 1 or 2, in front
   * of TLS if there is any: addresses or networks, as for {@link #trustedProxies(String...)}. The
   * header names the client's address. A connection from such an address without a valid header
   * within 10 seconds is closed; one from another address must not have one. None by default. The
   * last call counts.
   *
   * @throws IllegalArgumentException if one is neither an address nor a network
   */
  public ServerBuilder proxyProtocol(String... networks) {
    transport.proxyProtocol(Networks.of("proxyProtocol", networks)::contain);
    return this;
  }

  /** Sets the port to listen on; 0 selects a free one. The default is 8080. */
  public ServerBuilder port(int port) {
    transport.port(port);
    return this;
  }

  /**
   * Adds an endpoint at a path. A segment {@code {name}} matches any single segment; its value is
   * in {@link Peer#parameters()}. An exact path takes precedence over a pattern, and an earlier
   * pattern over a later one. All paths that match an endpoint's pattern share its rooms and users;
   * other endpoints have their own.
   */
  public ServerBuilder endpoint(String path, Endpoint<?> endpoint) {
    paths.add(path, new EndpointPath.Typed(endpoint));
    return this;
  }

  /**
   * Adds an endpoint for plain WebSockets at a path, with parameters as for {@link
   * #endpoint(String, Endpoint)}.
   */
  public ServerBuilder endpoint(String path, RawEndpoint endpoint) {
    paths.add(path, new EndpointPath.Raw(endpoint));
    return this;
  }

  /**
   * Adds a route that answers GET and HEAD requests at a path. A response gets the headers that
   * tell browsers to be careful ({@code Content-Security-Policy}, {@code X-Content-Type-Options},
   * …), as all of this server's do, unless it sets its own.
   */
  public ServerBuilder get(String path, HttpRoute route) {
    paths.get(path, route::answer);
    return this;
  }

  /**
   * Adds a route that answers POST requests without a body at a path, which may have a {@link #get}
   * route, too. Pages of other sites can't call it, so it may trust cookies: a request with another
   * {@code Origin} than the server's host is refused with 403. A request with a body is refused
   * with 413.
   *
   * @param origins the origins of pages that may call it and read the answer, besides those of the
   *     server's host: {@code "https://app.example.com"}
   * @throws IllegalArgumentException if an origin is not {@code scheme://host} or {@code
   *     scheme://host:port}
   */
  public ServerBuilder post(String path, HttpRoute route, String... origins) {
    paths.post(path, route::answer, AllowedOrigins.sameHostAnd(List.of(origins)));
    return this;
  }

  /**
   * Serves the files of a resource folder at {@code /}, and its {@code index.html} for the folder
   * itself.
   *
   * @param owner a class in the same jar
   * @param folder the folder's absolute resource path with a slash at both ends, {@code
   *     /com/example/web/}
   * @param headers headers of each response, such as a Content-Security-Policy: names and values in
   *     turn. The default allows scripts, styles and images from this server only, none inline
   * @throws IllegalArgumentException if the folder does not exist
   */
  public ServerBuilder files(Class<?> owner, String folder, String... headers) {
    files = new Files(owner, folder, Headers.of(headers));
    return this;
  }

  /**
   * Sets the store for logs; a {@link MemoryHistory} by default. The server closes it when it
   * closes.
   *
   * @throws IllegalStateException if there is a broker or a cluster, which has the logs already
   */
  public ServerBuilder history(HistoryStore newStore) {
    storage.history(newStore);
    return this;
  }

  /**
   * Limits how many bytes of messages, over all endpoints, may wait for the {@link #history} store
   * to commit them. The default is 32 MiB. Beyond that, or beyond 10,000 messages, publishing is
   * refused with {@code unavailable}. A single larger message is accepted when no other waits. A
   * custom {@link #broker} has its own limits, so the server does not start if both are set.
   */
  public ServerBuilder maxWaitingBytes(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("maxWaitingBytes: " + bytes + " (expected: 1 or more)");
    }
    storage.maxWaitingBytes(bytes);
    return this;
  }

  /**
   * Makes this server one of several that share what the cluster has: logs and messages, and what
   * else it brings. There are no others by default. The server closes it when it closes, so each
   * server needs its own.
   *
   * @throws IllegalStateException if there is a history store or a broker, or something else that
   *     the cluster has
   */
  public ServerBuilder cluster(Cluster newCluster) {
    storage.cluster(newCluster);
    return this;
  }

  /**
   * Replaces the broker, which stores the logs and connects this server to others, by one of your
   * own. The server closes it when it closes.
   *
   * @throws IllegalStateException if there is a history store or a cluster
   */
  public ServerBuilder broker(Broker newBroker) {
    storage.broker(newBroker);
    return this;
  }

  /**
   * Sets the store that knows who is in which room across all servers. By default this is the only
   * server. The server closes it when it closes.
   */
  public ServerBuilder presence(PresenceStore newStore) {
    storage.presence(newStore);
    return this;
  }

  /**
   * Sets where bans, mutes and revocations are stored, so that they outlive a restart. By default
   * they are in memory only. {@code SqliteHistory} and {@code PostgresHistory} have such a store.
   * Closed with the server.
   */
  public ServerBuilder restrictions(RestrictionStore newStore) {
    storage.restrictions(newStore);
    return this;
  }

  /** Sets the callbacks for metrics. None by default, which has no overhead. */
  public ServerBuilder metrics(ServerMetrics newMetrics) {
    metrics = newMetrics;
    return this;
  }

  /**
   * Limits the open connections, including plain HTTP. The default is that of {@link
   * ServerTransportOptions}; further ones get 503.
   */
  public ServerBuilder maxConnections(int connections) {
    transport.maxConnections(connections);
    return this;
  }

  /** Serves TLS only: {@code https://} and {@code wss://}. The default is plain text. */
  public ServerBuilder tls(Certificates certificates) {
    transport.tls(certificates);
    return this;
  }

  /**
   * Sets for how long a browser that has reached this server by TLS uses nothing else for its host
   * ({@code Strict-Transport-Security}, RFC 6797). The default is a year; zero sends no such
   * header. It is sent only to clients that used TLS, to this server or to a trusted proxy.
   */
  public ServerBuilder strictTransport(Duration maxAge) {
    if (maxAge.isNegative()) {
      throw new IllegalArgumentException(
          "strictTransport: " + maxAge + " (expected: not negative)");
    }
    securityHeaders = new SecurityHeaders(maxAge);
    return this;
  }

  /**
   * Sets the number of event loops that carry the connections; one for every two cores by default.
   */
  public ServerBuilder loops(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("loops: " + count + " (expected: 1 or more)");
    }
    loops = count;
    return this;
  }

  /**
   * Sets how event loops do I/O; {@link IoKind#best()} by default. If this machine can't run that
   * kind, starting the server throws {@link IllegalArgumentException}.
   */
  public ServerBuilder io(IoKind kind) {
    io = kind;
    return this;
  }

  /**
   * Sets how long {@link Server#close()} waits for connections to close cleanly. The default is 5
   * seconds.
   */
  public ServerBuilder closeTimeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("closeTimeout: " + timeout + " (expected: not negative)");
    }
    closeTimeout = timeout;
    return this;
  }

  /**
   * Sets the clock for both timestamps and timeouts. For tests: by default, timeouts are measured
   * by a monotonic clock.
   */
  public ServerBuilder clock(Clock newClock) {
    return time(Time.of(newClock));
  }

  ServerBuilder time(Time newTime) {
    time = newTime;
    return this;
  }

  Loops startLoops() {
    return loops > 0 ? Loops.of(io, loops) : Loops.standard(io);
  }

  /**
   * Starts the server. It accepts connections when this method returns.
   *
   * @throws dev.switchboard.transport.BindFailedException if the port is in use or not permitted
   */
  public Server start() {
    return new Server(this);
  }
}
