package dev.switchboard.client.engine;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.HandshakeException.Kind;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection attempt, which follows redirects as far as they are allowed. All hops share one
 * timeout. Confined to the loop.
 */
final class Redirecting {
  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);
  private static final Set<String> PRIVATE =
      Set.of("authorization", "proxy-authorization", "cookie");

  private final Carrier carrier;
  private final EngineOptions.RedirectLimit allowed;
  private final Function<WebSocket, WebSocketListener> listener;
  private final Consumer<URI> moved;
  private final long until;
  private final CompletableFuture<WebSocket> result = new CompletableFuture<>();

  private Redirecting(
      Carrier carrier,
      EngineOptions.RedirectLimit allowed,
      long until,
      Function<WebSocket, WebSocketListener> listener,
      Consumer<URI> moved) {
    this.carrier = carrier;
    this.allowed = allowed;
    this.until = until;
    this.listener = listener;
    this.moved = moved;
  }

  /**
   * Connects as {@link Carrier#connect} does.
   *
   * @param moved receives each address that the client is redirected to
   */
  static CompletionStage<WebSocket> connect(
      Carrier carrier,
      ClientConnect request,
      EngineOptions.RedirectLimit allowed,
      Function<WebSocket, WebSocketListener> listener,
      Consumer<URI> moved) {
    long until = carrier.now() + request.connectTimeout().toMillis();
    Redirecting attempt = new Redirecting(carrier, allowed, until, listener, moved);
    attempt.hop(request, 0);
    return attempt.result;
  }

  private void hop(ClientConnect request, int hops) {
    CompletionStage<?> unused =
        carrier
            .connect(request, listener)
            .whenComplete((open, failure) -> {
              if (open != null) {
                result.complete(open);
              } else {
                answered(request, hops, failure);
              }
            });
  }

  private void answered(ClientConnect request, int hops, Throwable failure) {
    Throwable cause = Waiting.cause(failure);
    if (!(cause instanceof HandshakeException refused) || !STATUSES.contains(refused.status())) {
      result.completeExceptionally(failure);
      return;
    }
    try {
      follow(request, hops, refused);
    } catch (HandshakeException notFollowed) {
      result.completeExceptionally(notFollowed);
    }
  }

  private void follow(ClientConnect request, int hops, HandshakeException refused) {
    String location = refused.headers().first("Location");
    if (hops >= allowed.most()) {
      throw stopped(refused, location, "at most " + allowed.most() + " redirects");
    }
    ClientConnect next = next(request, refused, location);
    if (!allowed.elsewhere() && !same(request, next)) {
      throw stopped(refused, location, "the same host and port, which alone get the token");
    }
    if (request.secure() && !next.secure() && !allowed.unencrypted()) {
      throw stopped(refused, location, "wss://, unless unencrypted redirects are allowed");
    }
    long left = until - carrier.now();
    if (left < 1) {
      throw new HandshakeException(
          Kind.TIMEOUT, "connect: timed out after " + (hops + 1) + " redirects", refused);
    }
    moved.accept(next.uri());
    hop(next.withConnectTimeout(Duration.ofMillis(left)), hops + 1);
  }

  private static ClientConnect next(
      ClientConnect request, HandshakeException refused, @Nullable String location) {
    if (location == null) {
      throw stopped(refused, null, "a Location");
    }
    try {
      ClientConnect next = request.withUri(webSocket(request.uri().resolve(location)));
      return same(request, next) ? next : next.withHeaders(withoutSecrets(request.headers()));
    } catch (IllegalArgumentException | URISyntaxException bad) {
      throw stopped(refused, location, "ws:// or wss://");
    }
  }

  private static boolean same(ClientConnect request, ClientConnect next) {
    return next.uri().getHost().equalsIgnoreCase(request.uri().getHost())
        && next.port() == request.port()
        && (next.secure() || !request.secure());
  }

  /** Returns the same address with a WebSocket scheme, because proxies redirect to {@code http}. */
  private static URI webSocket(URI place) throws URISyntaxException {
    String scheme =
        switch (String.valueOf(place.getScheme()).toLowerCase(Locale.ROOT)) {
          case "http" -> "ws";
          case "https" -> "wss";
          default -> place.getScheme();
        };
    String rest = place.getRawSchemeSpecificPart();
    return new URI(scheme + ":" + rest);
  }

  private static Headers withoutSecrets(Headers headers) {
    Headers kept = Headers.EMPTY;
    for (Map.Entry<String, String> header : headers) {
      if (!PRIVATE.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        kept = kept.with(header.getKey(), header.getValue());
      }
    }
    return kept;
  }

  private static HandshakeException stopped(
      HandshakeException refused, @Nullable String location, String expected) {
    return new HandshakeException(
        Kind.STATUS,
        "redirect: %d to %s (expected: %s)"
            .formatted(
                refused.status(), location == null ? "nowhere" : Redaction.uri(location), expected),
        refused.status(),
        refused.headers(),
        refused.body(),
        null);
  }
}
