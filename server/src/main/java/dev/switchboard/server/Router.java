package dev.switchboard.server;

import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpHandler;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.WebSocketOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds who answers a request: an endpoint, a route, a file, or nobody. Immutable; runs on event
 * loops, and hands users' code to virtual threads.
 */
final class Router implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);
  private static final String SUBPROTOCOL = "switchboard.v1.json";

  private final Map<String, Endpoint<?>> endpoints;
  private final Map<String, Server.HttpRoute> routes;
  private final @Nullable Files files;

  Router(
      Map<String, Endpoint<?>> endpoints,
      Map<String, Server.HttpRoute> routes,
      @Nullable Files files) {
    this.endpoints = endpoints;
    this.routes = Map.copyOf(routes);
    this.files = files;
  }

  @Override
  public void handle(HttpExchange exchange) {
    HttpRequest request = exchange.request();
    Endpoint<?> endpoint = endpoints.get(request.path());
    if (endpoint != null) {
      if (exchange.isUpgrade()) {
        upgrade(exchange, endpoint);
      } else {
        exchange.respond(
            HttpResponse.text(426, "this path speaks WebSocket: connect with ws:// or wss://\n")
                .with("Upgrade", "websocket"));
      }
    } else if (exchange.isUpgrade()) {
      exchange.respond(HttpResponse.text(404, "no WebSocket endpoint at this path\n"));
    } else {
      plain(exchange, request);
    }
  }

  private void plain(HttpExchange exchange, HttpRequest request) {
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    Server.HttpRoute route = routes.get(request.path());
    if (route == null && !request.path().equals("/healthz") && (files == null || !reads)) {
      exchange.respond(HttpResponse.text(404, "nothing at this path\n"));
    } else if (!reads) {
      exchange.respond(
          HttpResponse.text(405, "only GET and HEAD here\n").with("Allow", "GET, HEAD"));
    } else if (route != null) {
      Thread.startVirtualThread(() -> exchange.respond(answer(route, request)));
    } else if (request.path().equals("/healthz")) {
      exchange.respond(HttpResponse.text(200, "ok\n").with("Cache-Control", "no-store"));
    } else {
      file(exchange, request);
    }
  }

  private void file(HttpExchange exchange, HttpRequest request) {
    Optional<HttpResponse> file =
        files == null ? Optional.empty() : files.serve(request, request.path().substring(1));
    exchange.respond(file.orElseGet(() -> HttpResponse.text(404, "nothing at this path\n")));
  }

  private static HttpResponse answer(Server.HttpRoute route, HttpRequest request) {
    try {
      return route.answer(request);
    } catch (Throwable failure) { // users' code: answered with 500
      LOG.error("{} {} failed", request.method(), request.path(), failure);
      return HttpResponse.text(500, "the server failed\n");
    }
  }

  private void upgrade(HttpExchange exchange, Endpoint<?> endpoint) {
    HttpRequest request = exchange.request();
    List<String> offered = offered(request);
    if (!offered.isEmpty() && !offered.contains(SUBPROTOCOL)) {
      exchange.respond(
          HttpResponse.text(
              400,
              "Sec-WebSocket-Protocol: none that is known here (expected: "
                  + SUBPROTOCOL
                  + ", or none)\n"));
      return;
    }
    endpoint
        .identified(request)
        .whenComplete((verdict, failure) -> {
          if (failure != null) {
            LOG.error("{}: identifying a request failed", request.path(), failure);
            exchange.respond(HttpResponse.text(500, "the server failed\n"));
            return;
          }
          switch (verdict) {
            case Endpoint.Verdict.Refused refused ->
                exchange.respond(HttpResponse.text(refused.status(), refused.reason() + "\n"));
            case Endpoint.Verdict.Allowed allowed when crowded(endpoint, request, allowed.user()) ->
                exchange.respond(
                    HttpResponse.text(429, "too many connections of this user or address\n")
                        .with("Retry-After", "5"));
            case Endpoint.Verdict.Allowed allowed ->
                accept(exchange, endpoint, allowed.user(), offered.isEmpty() ? null : SUBPROTOCOL);
          }
        });
  }

  private static boolean crowded(Endpoint<?> endpoint, HttpRequest request, String user) {
    Settings settings = endpoint.settings();
    return endpoint.hub().users().count(user) >= settings.maxConnectionsPerUser()
        || endpoint.hub().addresses().count(address(request))
            >= settings.maxConnectionsPerAddress();
  }

  static String address(HttpRequest request) {
    return request.remoteAddress().getAddress().getHostAddress();
  }

  private static void accept(
      HttpExchange exchange, Endpoint<?> endpoint, String user, @Nullable String subprotocol) {
    Settings settings = endpoint.settings();
    WebSocketOptions options =
        WebSocketOptions.builder()
            .maxFrameBytes(settings.maxMessageBytes())
            .maxMessageBytes(settings.maxMessageBytes())
            .maxPendingBytes(settings.maxPendingBytes())
            .heartbeat(settings.heartbeat())
            .build();
    exchange.accept(
        new Upgrade(
            subprotocol,
            Headers.EMPTY,
            options,
            webSocket -> new Connection(endpoint, webSocket, exchange.request(), user)));
  }

  private static List<String> offered(HttpRequest request) {
    return request.headers().all("Sec-WebSocket-Protocol").stream()
        .flatMap(value -> List.of(value.split(",")).stream())
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }
}
