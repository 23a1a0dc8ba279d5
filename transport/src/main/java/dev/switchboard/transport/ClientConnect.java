package dev.switchboard.transport;

import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request to open a WebSocket. Immutable.
 *
 * @param uri {@code ws://} or {@code wss://}, without a fragment
 * @param headers further request headers; the handshake's own are refused
 * @param subprotocols subprotocols to offer, in order of preference
 * @param connectTimeout covers name resolution, TCP, TLS and the upgrade. 10 s by default
 * @param tls for {@code wss://}; null, the default, trusts the JDK's certificates
 * @param options limits and settings; its {@code deflate} is offered
 * @param route the proxy, if any, and the resolver of names
 */
public record ClientConnect(
    URI uri,
    Headers headers,
    List<String> subprotocols,
    Duration connectTimeout,
    @Nullable Supplier<SslContext> tls,
    WebSocketOptions options,
    Route route) {
  private static final List<String> OURS =
      List.of(
          "Host",
          "Upgrade",
          "Connection",
          "Sec-WebSocket-Key",
          "Sec-WebSocket-Version",
          "Sec-WebSocket-Protocol",
          "Sec-WebSocket-Extensions",
          "Content-Length",
          "Transfer-Encoding");

  /** Checks the parts. */
  public ClientConnect {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("ws") && !scheme.equals("wss")) {
      throw new IllegalArgumentException("uri: scheme '" + scheme + "' (expected: ws or wss)");
    }
    if (uri.getHost() == null || uri.getHost().isEmpty()) {
      throw new IllegalArgumentException("uri: no host (expected: ws://host[:port]/path)");
    }
    if (uri.getRawFragment() != null) {
      throw new IllegalArgumentException("uri: has a fragment (expected: none, RFC 6455 §3)");
    }
    Checks.duration("connectTimeout", connectTimeout);
    subprotocols = List.copyOf(subprotocols);
    for (String name : OURS) {
      if (headers.contains(name)) {
        throw new IllegalArgumentException(
            "headers: " + name + " (expected: none that the handshake sets)");
      }
    }
    Headers.checkTokens("subprotocols", subprotocols);
  }

  /** Returns a request with default settings. */
  public static ClientConnect to(URI uri) {
    return new ClientConnect(
        uri,
        Headers.EMPTY,
        List.of(),
        Duration.ofSeconds(10),
        null,
        WebSocketOptions.DEFAULT,
        Route.DIRECT);
  }

  /** Returns a copy with other headers. */
  public ClientConnect withHeaders(Headers others) {
    return new ClientConnect(uri, others, subprotocols, connectTimeout, tls, options, route);
  }

  /** Returns a copy with other subprotocols. */
  public ClientConnect withSubprotocols(List<String> others) {
    return new ClientConnect(uri, headers, others, connectTimeout, tls, options, route);
  }

  /** Returns a copy with another timeout. */
  public ClientConnect withConnectTimeout(Duration timeout) {
    return new ClientConnect(uri, headers, subprotocols, timeout, tls, options, route);
  }

  /** Returns a copy with a custom TLS context. */
  public ClientConnect withTls(@Nullable Supplier<SslContext> contexts) {
    return new ClientConnect(uri, headers, subprotocols, connectTimeout, contexts, options, route);
  }

  /** Returns a copy with other options. */
  public ClientConnect withOptions(WebSocketOptions others) {
    return new ClientConnect(uri, headers, subprotocols, connectTimeout, tls, others, route);
  }

  /** Returns a copy with another URI. */
  public ClientConnect withUri(URI other) {
    return new ClientConnect(other, headers, subprotocols, connectTimeout, tls, options, route);
  }

  /** Returns a copy that connects through a proxy, or directly if it is null. */
  public ClientConnect withProxy(@Nullable ProxyServer through) {
    return new ClientConnect(
        uri,
        headers,
        subprotocols,
        connectTimeout,
        tls,
        options,
        new Route(through, route.resolver()));
  }

  /** Returns a copy with another resolver. */
  public ClientConnect withResolver(Resolver other) {
    return new ClientConnect(
        uri, headers, subprotocols, connectTimeout, tls, options, new Route(route.proxy(), other));
  }

  /** Whether the connection uses TLS. */
  public boolean secure() {
    return uri.getScheme().equalsIgnoreCase("wss");
  }

  /** Returns the URI's port, or the scheme's default if it has none. */
  public int port() {
    return uri.getPort() >= 0 ? uri.getPort() : secure() ? 443 : 80;
  }
}
