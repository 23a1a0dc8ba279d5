package dev.switchboard.transport;

import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for. Immutable.
 *
 * @param uri {@code ws://} or {@code wss://}, without a fragment
 * @param headers further headers; those of the handshake itself are refused
 * @param subprotocols offered, most wanted first
 * @param connectTimeout for everything: name, socket, TLS and upgrade. 10 s by default
 * @param tls for {@code wss://}; null for the JDK's trusted certificates, the default
 * @param options limits and habits; its {@code deflate} is offered
 * @param route through a proxy or straight, and who looks up names
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

  /** A request with every default. */
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

  /** The same with other headers. */
  public ClientConnect withHeaders(Headers others) {
    return new ClientConnect(uri, others, subprotocols, connectTimeout, tls, options, route);
  }

  /** The same with other subprotocols. */
  public ClientConnect withSubprotocols(List<String> others) {
    return new ClientConnect(uri, headers, others, connectTimeout, tls, options, route);
  }

  /** The same with another time limit. */
  public ClientConnect withConnectTimeout(Duration timeout) {
    return new ClientConnect(uri, headers, subprotocols, timeout, tls, options, route);
  }

  /** The same with TLS of one's own. */
  public ClientConnect withTls(@Nullable Supplier<SslContext> contexts) {
    return new ClientConnect(uri, headers, subprotocols, connectTimeout, contexts, options, route);
  }

  /** The same with other options. */
  public ClientConnect withOptions(WebSocketOptions others) {
    return new ClientConnect(uri, headers, subprotocols, connectTimeout, tls, others, route);
  }

  /** The same to another address. */
  public ClientConnect withUri(URI other) {
    return new ClientConnect(other, headers, subprotocols, connectTimeout, tls, options, route);
  }

  /** The same through a proxy. */
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

  /** The same with names looked up elsewhere. */
  public ClientConnect withResolver(Resolver other) {
    return new ClientConnect(
        uri, headers, subprotocols, connectTimeout, tls, options, new Route(route.proxy(), other));
  }

  /** Whether TLS is asked for. */
  public boolean secure() {
    return uri.getScheme().equalsIgnoreCase("wss");
  }

  /** The port, the scheme's own if none was named. */
  public int port() {
    return uri.getPort() >= 0 ? uri.getPort() : secure() ? 443 : 80;
  }
}
