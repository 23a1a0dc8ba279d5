package dev.switchboard.server.http;

import dev.switchboard.server.http.SocketPath.Identified;
import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.AuditLog;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.limits.Arrivals;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpHandler;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.Upgrade;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes a request to an endpoint, a route, a file, or a refusal. Immutable. Runs on event loops,
 * and calls users' code on virtual threads.
 */
public final class Router implements HttpHandler {
  /** Answers plain HTTP requests. May block. */
  @FunctionalInterface
  public interface Route {
    /** Returns the response. */
    HttpResponse answer(HttpRequest request) throws Exception;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  private static final HttpResponse WEB_SOCKET_ONLY =
      HttpResponse.text(426, "this path speaks WebSocket: connect with ws:// or wss://\n")
          .with("Upgrade", "websocket");

  private static final HttpResponse OTHER_HOST =
      HttpResponse.text(
          421,
          "Host: not a name of this server (expected: an address, localhost, or a name given to"
              + " Server.builder().hosts)\n");

  private static final HttpResponse OTHER_ORIGIN =
      HttpResponse.text(
          403,
          "Origin: a page of another site (expected: one of this host, or an origin given to the"
              + " endpoint or the route)\n");

  private final Map<String, SocketPath> exact = new HashMap<>();
  private final Map<PathPattern, SocketPath> patterns = new LinkedHashMap<>();
  private final Map<String, PathRoutes> routes;
  private final @Nullable Files files;
  private final Map<String, Supplier<CompletionStage<HttpResponse>>> checks;
  private final AllowedHosts hosts;
  private final TrustedProxies proxies;
  private final SecurityHeaders securityHeaders;
  private final AuditLog audit;

  public Router(
      Map<PathPattern, ? extends SocketPath> sockets,
      Map<String, PathRoutes> routes,
      @Nullable Files files,
      HealthChecks health,
      HttpPolicy policy,
      AuditLog audit) {
    sockets.forEach((pattern, socket) -> {
      if (pattern.exact()) {
        exact.put(pattern.toString(), socket);
      } else {
        patterns.put(pattern, socket);
      }
    });
    this.routes = Map.copyOf(routes);
    this.files = files;
    this.checks = Map.of("/healthz", health::alive, "/readyz", health::ready);
    this.hosts = policy.hosts();
    this.proxies = policy.proxies();
    this.securityHeaders = policy.headers();
    this.audit = audit;
  }

  /** An exchange with a client that uses TLS to a proxy, and not from there on. */
  private record ProxiedExchange(HttpExchange exchange, Headers defaults) implements HttpExchange {
    @Override
    public HttpRequest request() {
      return exchange.request();
    }

    @Override
    public boolean isUpgrade() {
      return exchange.isUpgrade();
    }

    @Override
    public void respond(HttpResponse response) {
      exchange.respond(response.withDefaults(defaults));
    }

    @Override
    public void accept(Upgrade upgrade) {
      exchange.accept(upgrade);
    }

    @Override
    public EventLoop eventLoop() {
      return exchange.eventLoop();
    }
  }

  private record Found(SocketPath socket, Map<String, String> parameters) {}

  /** Tries exact paths first, then patterns in the order they were given. */
  private @Nullable Found find(String path) {
    SocketPath socket = exact.get(path);
    if (socket != null) {
      return new Found(socket, Map.of());
    }
    for (Map.Entry<PathPattern, SocketPath> pattern : patterns.entrySet()) {
      Optional<Map<String, String>> parameters = pattern.getKey().match(path);
      if (parameters.isPresent()) {
        return new Found(pattern.getValue(), parameters.get());
      }
    }
    return null;
  }

  @Override
  public Headers defaultHeaders(boolean secure) {
    return securityHeaders.of(secure);
  }

  @Override
  public void handle(HttpExchange given) {
    HttpRequest request = proxies.resolve(given.request());
    HttpExchange exchange =
        request.secure() && !given.request().secure()
            ? new ProxiedExchange(given, securityHeaders.of(true))
            : given;
    Found found = find(request.path());
    if (!checks.containsKey(request.path()) && !hosts.allows(request, exchange.isUpgrade())) {
      if (found != null && exchange.isUpgrade()) {
        found.socket.context().meter().refused(OTHER_HOST.status());
      }
      new Audit(audit, request.path()).hostRefused(request);
      exchange.respond(OTHER_HOST);
    } else if (found != null) {
      if (exchange.isUpgrade()) {
        upgrade(exchange, request, found.socket, found.parameters);
      } else {
        exchange.respond(WEB_SOCKET_ONLY);
      }
    } else if (exchange.isUpgrade()) {
      exchange.respond(HttpResponse.text(404, "no WebSocket endpoint at this path\n"));
    } else {
      plain(exchange, request);
    }
  }

  @Override
  public void overloaded(HttpRequest request) {
    Found found = find(request.path());
    if (found != null) {
      found.socket.context().meter().limit(Limit.CONNECTIONS);
      found.socket.context().meter().refused(503);
    }
  }

  /** Accepts no request bodies, so none is waited for or kept. */
  @Override
  public HttpResponse refuse(HttpRequest head) {
    HttpResponse refused = find(head.path()) == null ? unanswered(head) : WEB_SOCKET_ONLY;
    return refused != null ? refused : HttpResponse.text(413, "no body is taken here\n");
  }

  private void plain(HttpExchange exchange, HttpRequest request) {
    HttpResponse refused = unanswered(request);
    PathRoutes route = routes.get(request.path());
    var check = checks.get(request.path());
    if (refused != null) {
      exchange.respond(refused);
    } else if (route != null) {
      call(exchange, request, route);
    } else if (check != null) {
      check.get().thenAccept(exchange::respond);
    } else {
      file(exchange, request);
    }
  }

  /** Returns the response to a plain request that nothing serves, or null if something does. */
  private @Nullable HttpResponse unanswered(HttpRequest request) {
    PathRoutes route = routes.get(request.path());
    if (route != null) {
      return route.unanswered(request.method());
    }
    boolean reads = PathRoutes.reads(request.method());
    if (!checks.containsKey(request.path()) && (files == null || !reads)) {
      return HttpResponse.text(404, "nothing at this path\n");
    }
    return reads
        ? null
        : HttpResponse.text(405, "only GET, HEAD here\n").with("Allow", "GET, HEAD");
  }

  private void call(HttpExchange exchange, HttpRequest request, PathRoutes route) {
    Route get = route.get();
    Route post = route.post();
    if (PathRoutes.reads(request.method()) && get != null) {
      Thread.startVirtualThread(() -> exchange.respond(answer(get, request)));
    } else if (!route.origins().allows(request)) {
      new Audit(audit, request.path()).originRefused(request);
      exchange.respond(OTHER_ORIGIN);
    } else if (request.method().equals("POST") && post != null) {
      Thread.startVirtualThread(
          () -> exchange.respond(route.shared(request, answer(post, request))));
    } else {
      exchange.respond(route.preflight(request));
    }
  }

  private void file(HttpExchange exchange, HttpRequest request) {
    Optional<HttpResponse> file =
        files == null ? Optional.empty() : files.serve(request, request.path().substring(1));
    exchange.respond(file.orElseGet(() -> HttpResponse.text(404, "nothing at this path\n")));
  }

  private static HttpResponse answer(Route route, HttpRequest request) {
    try {
      return Objects.requireNonNull(route.answer(request), "answer");
    } catch (Throwable failure) { // users' code may throw anything: answered with 500
      LOG.error("{} failed", request, failure);
      return HttpResponse.text(500, "the server failed\n");
    }
  }

  private static void upgrade(
      HttpExchange exchange,
      HttpRequest request,
      SocketPath socket,
      Map<String, String> parameters) {
    EndpointContext context = socket.context();
    String address = ConnectionCounts.address(request);
    Arrivals.Refusal reached = context.arrivals().arrive(address, context.now());
    if (reached != null) {
      refuse(exchange, socket, reached);
      return;
    }
    if (!socket.origins().allows(request)) {
      context.audit().originRefused(request);
      refuse(exchange, socket, OTHER_ORIGIN);
      return;
    }
    SocketPath.Choice choice = socket.choose(Authentication.withoutCredentials(request));
    if (choice == null) {
      String expected = socket.expectedSubprotocol();
      refuse(
          exchange,
          socket,
          HttpResponse.text(
              400,
              "Sec-WebSocket-Protocol: none that is known here (expected: " + expected + ")\n"));
      return;
    }
    if (socket.guestsOnly()) {
      accept(exchange, request, socket, choice, parameters, Identified.LATER);
      return;
    }
    reached = context.arrivals().identifying(address, context.now());
    if (reached != null) {
      refuse(exchange, socket, reached);
      return;
    }
    socket
        .identified(request)
        .whenComplete((who, failure) -> {
          context.arrivals().identified(address);
          if (failure == null && who.loginFailed()) {
            context.arrivals().loginFailed(address, context.now());
          }
          if (failure != null) {
            LOG.error("identifying {} failed", request, failure);
            refuse(exchange, socket, HttpResponse.text(500, "the server failed\n"));
          } else if (who.refusal() != null) {
            context.audit().loginFailed(request, null, who.by(), who.reason());
            refuse(exchange, socket, who.refusal());
          } else {
            accept(exchange, request, socket, choice, parameters, who);
          }
        });
  }

  private static void refuse(HttpExchange exchange, SocketPath socket, HttpResponse response) {
    socket.context().meter().refused(response.status());
    exchange.respond(response);
  }

  private static void refuse(HttpExchange exchange, SocketPath socket, Arrivals.Refusal reached) {
    socket.context().meter().limit(reached.limit());
    refuse(exchange, socket, later(reached.status(), reached.reason(), reached.retryAfter()));
  }

  /** Returns the response to a request that may be tried again after some milliseconds. */
  static HttpResponse later(int status, String why, long retryAfter) {
    return HttpResponse.text(status, why + "\n")
        .with("Retry-After", String.valueOf((retryAfter + 999) / 1000));
  }

  /**
   * Registers the connection before it opens, so that two at the same moment can't both pass a
   * limit.
   */
  private static void accept(
      HttpExchange exchange,
      HttpRequest request,
      SocketPath socket,
      SocketPath.Choice choice,
      Map<String, String> parameters,
      Identified who) {
    AuthenticatedUser user = who.user();
    String by = who.by();
    String name = user == null ? "" : user.name();
    String address = ConnectionCounts.address(request);
    Limit reached =
        socket.connectionCounts().enter(name, address, socket.context().settings().clients());
    if (reached != null) {
      socket.context().meter().limit(reached);
      refuse(
          exchange,
          socket,
          HttpResponse.text(429, "too many connections of this user or address\n")
              .with("Retry-After", "5"));
      return;
    }
    if (user != null && by != null) {
      EndpointContext.Barred barred = socket.context().barred(user); // told once it is open
      if (barred == null) {
        socket.context().audit().loginSucceeded(request, user.name(), by);
      } else {
        socket.context().audit().loginFailed(request, user.name(), by, barred.reason());
      }
    }
    exchange.accept(
        new Upgrade(
            choice.subprotocol(),
            Headers.EMPTY,
            socket.context().settings().webSocket(),
            webSocket -> socket.open(webSocket, request, parameters, user),
            () -> socket.connectionCounts().leave(name, address)));
  }
}
