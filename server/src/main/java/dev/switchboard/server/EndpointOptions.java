package dev.switchboard.server;

import dev.switchboard.server.handlers.BatchedThreadStarter;
import dev.switchboard.server.handlers.HandlerThreads;
import dev.switchboard.server.handlers.HandlerWatchdog;
import dev.switchboard.server.http.AllowedOrigins;
import dev.switchboard.server.http.AuthenticatedRoute;
import dev.switchboard.server.http.BindCodeRoute;
import dev.switchboard.server.http.Router;
import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.OneTimeCodes;
import dev.switchboard.server.limits.Access;
import dev.switchboard.server.limits.Arrivals;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.ServerMetrics;
import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The options that typed and raw endpoints have in common. Confined to one thread until the server
 * starts; fixed afterwards.
 *
 * @param <E> the endpoint
 */
public abstract class EndpointOptions<E extends EndpointOptions<E>> extends LimitOptions<E> {
  private final int least; // messages of maxMessageBytes that must fit into maxPendingBytes

  // The options: set by the methods of their names until the server starts, then only read.
  private int maxMessageBytes;
  private int maxPendingBytes = 1 << 20;
  private @Nullable Deflate deflate; // null if compression is refused
  private @Nullable Batching batching; // null to write messages at once
  private Heartbeat heartbeat = Heartbeat.DEFAULT;
  private Duration idleTimeout = Duration.ZERO; // zero for never
  private Duration stuckAfter = Duration.ofSeconds(10);
  private final Identity identity;
  private AllowedOrigins origins = AllowedOrigins.SAME_HOST;
  private Function<EventLoop, Executor> newThreads = BatchedThreadStarter::new; // tests replace it
  private boolean onLoop; // set by handlersOnEventLoop

  private @Nullable BindCodeOptions bindCodes; // null to issue none
  private final List<AddedRoute> routes = new ArrayList<>();

  // Set once, when the server starts, and null until then.
  private @Nullable OneTimeCodes codes; // also null without bindCodes
  private @Nullable EndpointContext context;
  private @Nullable HandlerThreads threads;

  /** A route of {@code get} or {@code post}. */
  private record AddedRoute(String method, String path, AuthenticatedRoute.Handler handler) {}

  /**
   * Creates the default options.
   *
   * @param least how many messages of {@code maxMessageBytes} must fit into {@code maxPendingBytes}
   * @param messages whether a first message may carry the credentials
   */
  EndpointOptions(int maxMessageBytes, int least, boolean messages) {
    this.maxMessageBytes = maxMessageBytes;
    this.least = least;
    this.identity = new Identity(messages);
  }

  /**
   * Sets how a connection's user is found, and whether the connection is allowed. By default each
   * client is a guest with a unique name, and keeps that name when it returns to its session. The
   * last call counts. Runs on a virtual thread and may block.
   *
   * @throws IllegalStateException if {@link #authenticate} was given
   */
  public E identify(Identifier identifier) {
    return set(() -> identity.identifier(identifier));
  }

  /**
   * Requires every client to authenticate: with a token in the {@code Authorization: Bearer} header
   * or in a subprotocol {@code switchboard.bearer.TOKEN}, with a code in a subprotocol {@code
   * switchboard.code.CODE}, with a cookie ({@link #cookie}), or, at a typed endpoint, with an
   * {@code authenticate} message within 10 seconds. A client without valid credentials is refused
   * with 401 or closed with 4501. When the credentials expire, the connection is closed with 4001
   * unless the client has renewed them. The last call counts.
   *
   * @throws IllegalStateException if {@link #identify} was given
   */
  public E authenticate(Authenticator newAuthenticator) {
    return set(() -> identity.authenticator(newAuthenticator));
  }

  /**
   * Sets the name of a cookie in which {@link #authenticate} also accepts credentials. Browsers
   * send cookies unasked, so keep the check of {@link #origins}. None by default. Without {@code
   * authenticate} the server does not start, as nothing would read the cookie.
   */
  public E cookie(String name) {
    return set(() -> identity.cookie(name));
  }

  /**
   * Issues bind codes: a user who sends {@code POST} to this path, with a token or the {@link
   * #cookie}, gets a code that connects another client as the same user, once and within a minute,
   * until the user's credentials expire. Needs {@link #authenticate}, whose authenticator then no
   * longer sees codes. Pages of {@link #origins} may call the path, too.
   */
  public E bindCodes(String path) {
    return bindCodes(BindCodeOptions.at(path));
  }

  /** Issues bind codes as {@link #bindCodes(String)} does, with other options. */
  public E bindCodes(BindCodeOptions options) {
    return set(() -> bindCodes = options);
  }

  /**
   * Adds a route for GET and HEAD requests of users: with a token in the {@code Authorization:
   * Bearer} header, or with the {@link #cookie}. Others get 401, a banned user 403, and an address
   * with too many failed logins 429. Needs {@link #authenticate}. The answers may not be cached
   * unless they say otherwise.
   */
  public E get(String path, UserRoute route) {
    return set(() -> routes.add(new AddedRoute("get", path, route::answer)));
  }

  /**
   * Adds a route for POST requests of users without a body, as {@link #get} does. Pages of {@link
   * #origins} may call it; with the cookie, no others can.
   */
  public E post(String path, UserRoute route) {
    return set(() -> routes.add(new AddedRoute("post", path, route::answer)));
  }

  /**
   * Declares that anyone may connect as a guest. That is the default, but without this call the
   * server warns about it when it listens on an address that other machines can reach.
   */
  public E guests() {
    return set(identity::wantGuests);
  }

  /**
   * Sets the origins of web pages that may connect, in addition to the server's own host: {@code
   * "https://app.example.com"}. None by default; pages from other sites are refused with 403.
   * Clients other than browsers send no {@code Origin} and are not affected. The last call counts.
   *
   * @throws IllegalArgumentException if an origin is not {@code scheme://host} or {@code
   *     scheme://host:port}
   */
  public E origins(String... allowed) {
    return set(() -> origins = AllowedOrigins.sameHostAnd(List.of(allowed)));
  }

  /**
   * Lets pages from any site connect. They connect with the cookies and from the network of their
   * visitor, so use this only if the endpoint trusts neither.
   */
  public E anyOrigin() {
    return set(() -> origins = AllowedOrigins.ANY);
  }

  /**
   * Limits the size of a received message, in bytes, whether in one frame or many. The default is
   * 64 KiB, or 1 MiB for raw endpoints. A larger message closes the connection with 1009. A
   * published message must fit in every other encoding too, or it is refused with {@code
   * too_large}.
   */
  public E maxMessageBytes(int bytes) {
    return set(() -> {
      maxMessageBytes = within("maxMessageBytes", bytes, 128, 64 << 20);
      maxPendingBytes = Math.max(maxPendingBytes, least * bytes);
    });
  }

  /**
   * Limits how many bytes may wait to be written to one connection. The default is 1 MiB.
   *
   * <p>At a typed endpoint, log entries beyond half of the limit wait in the log, and anything
   * beyond the whole limit closes the connection with 4008. A message from server code may be as
   * large as half of the limit in any encoding, or as a client's message may be if that is more,
   * and at most 16 MiB. At a raw endpoint, a send beyond the limit is refused.
   */
  public E maxPendingBytes(int bytes) {
    return set(() -> {
      int lowest = Math.max(1, least * maxMessageBytes);
      require(
          bytes >= lowest,
          "maxPendingBytes",
          bytes,
          "at least " + lowest + ", as maxMessageBytes is " + maxMessageBytes);
      maxPendingBytes = bytes;
    });
  }

  /** Accepts permessage-deflate (RFC 7692) from clients that offer it. Refused by default. */
  public E deflate(Deflate how) {
    return set(() -> deflate = how);
  }

  /**
   * Holds messages to a connection back so that several leave in one write. By default each leaves
   * at once.
   */
  public E batching(Batching how) {
    return set(() -> batching = how);
  }

  /** Sets when to ping clients (after 25 s by default) and when to give up (10 s by default). */
  public E heartbeat(Heartbeat newHeartbeat) {
    return set(() -> heartbeat = newHeartbeat);
  }

  /**
   * Closes connections whose client has sent nothing for this long, with 1008. Pings, pongs and the
   * {@code ping} message of browsers do not count, nor does what is sent to the client. Never by
   * default. Checked about eight times per timeout.
   */
  public E idleTimeout(Duration timeout) {
    return set(() -> idleTimeout = atLeastOneMilli("idleTimeout", timeout));
  }

  /**
   * Sets when a handler, hook or interceptor that has not returned is reported: with its thread's
   * stack in the log, another line with the elapsed time once it returns, and {@link
   * ServerMetrics#handlerStuck}. It is not interrupted. The default is 10 seconds.
   */
  public E stuckAfter(Duration limit) {
    return set(() -> stuckAfter = atLeastOneMilli("stuckAfter", limit));
  }

  /**
   * Runs all handlers, hooks and interceptors of this endpoint on the connection's event loop,
   * immediately and in order. This makes messages as cheap as possible, but handlers must not block
   * or compute for long: all connections of that loop wait for them, including those of other
   * endpoints. A handler that does not return is reported as usual ({@link #stuckAfter}). {@code
   * identify} may still block. By default they run on virtual threads.
   */
  public E handlersOnEventLoop() {
    return set(() -> onLoop = true);
  }

  // Package-private from here on.

  abstract E self();

  @Override
  E set(Runnable change) {
    EndpointContext started = context;
    if (started != null) {
      throw new IllegalStateException(
          "endpoint "
              + started.path()
              + ": in use already (expected: defined before the server starts)");
    }
    change.run();
    return self();
  }

  /** Refuses a second handler where only one is allowed, as it would silently replace the first. */
  static <T> T once(String what, @Nullable T present, T given) {
    if (present != null) {
      throw new IllegalStateException(what + ": there is one already (expected: one)");
    }
    return given;
  }

  /** Called when the server starts. The options are fixed from now on. */
  EndpointContext begin(String path, Services services, Meter meter) {
    Settings settings = newSettings();
    codes = bindCodes == null ? null : bindCodes.codes(path, services, meter);
    EndpointContext started =
        new EndpointContext(
            path,
            settings,
            meter,
            services.time(),
            new Access(
                services.restrictions(),
                new Arrivals(settings.clients()),
                identity.authentication(
                    services.restrictions(), codes, settings.clients().identifyTimeout()),
                new Audit(services.audit(), path)));
    E unused =
        set(() -> {
          context = started;
          threads =
              new HandlerThreads(
                  onLoop, newThreads, new HandlerWatchdog(path, stuckAfter, onLoop, meter));
        });
    return started;
  }

  /**
   * Converts the options, which count messages' data, to the transport's, which count whole
   * messages: the pending bytes get room for the envelopes too.
   */
  private Settings newSettings() {
    WebSocketOptions webSocket =
        WebSocketOptions.builder()
            .maxFrameBytes(Math.max(125, maxMessageBytes))
            .maxMessageBytes(maxMessageBytes)
            .maxPendingBytes(maxPendingBytes + least * Settings.ENVELOPE)
            .heartbeat(heartbeat)
            .deflate(deflate)
            .batching(batching)
            .build();
    return new Settings(webSocket, clientLimits(), idleTimeout);
  }

  static <T> T started(@Nullable T part) {
    return Objects.requireNonNull(
        part, "endpoint: not started (expected: given to a server that runs)");
  }

  /** Returns what the endpoint was started with. */
  EndpointContext context() {
    return started(context);
  }

  /** Returns where the endpoint's handlers run. */
  HandlerThreads threads() {
    return started(threads);
  }

  /** Replaces the virtual threads that run handlers. For tests. */
  void threads(Executor others) {
    newThreads = loop -> others;
  }

  Settings settings() {
    return context().settings();
  }

  /** Adds the endpoint's plain HTTP routes, once it has begun. */
  void addRoutes(Paths paths) {
    BindCodeOptions issuing = bindCodes;
    if (issuing != null) {
      var route = new BindCodeRoute(context(), started(codes), issuing.perMinute());
      paths.post(issuing.path(), guarded("bindCodes", route), origins);
    }
    for (AddedRoute route : routes) {
      Router.Route guarded = guarded(route.method + " " + route.path, route.handler);
      if (route.method.equals("get")) {
        paths.get(route.path, guarded);
      } else {
        paths.post(route.path, guarded, origins);
      }
    }
  }

  private Router.Route guarded(String what, AuthenticatedRoute.Handler handler) {
    Authentication authentication = context().authentication();
    if (authentication == null) {
      throw new IllegalStateException(
          what + ": nobody can prove who they are (expected: with authenticate)");
    }
    return new AuthenticatedRoute(context(), authentication, origins, handler);
  }

  /** Releases what the endpoint holds besides its connections. */
  void close() {
    BindCodes store = bindCodes == null ? null : bindCodes.store();
    if (store != null) {
      store.close();
    }
  }

  AllowedOrigins origins() {
    return origins;
  }

  Identity identity() {
    return identity;
  }
}
