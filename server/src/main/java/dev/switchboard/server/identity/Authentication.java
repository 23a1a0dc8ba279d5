package dev.switchboard.server.identity;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.Credentials;
import dev.switchboard.spi.Credentials.Kind;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the credentials in a request, and lets an {@link Authenticator} check them on a virtual
 * thread. Immutable; thread-safe.
 *
 * @param authenticator the users' authenticator
 * @param cookie the name of the cookie that may contain credentials, or null
 * @param restrictions tells what was revoked
 * @param codes takes bind codes; null if the authenticator does
 * @param timeout how long the authenticator may take
 */
public record Authentication(
    Authenticator authenticator,
    @Nullable String cookie,
    Restrictions restrictions,
    @Nullable OneTimeCodes codes,
    Duration timeout) {
  private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);

  /** What a client whose proof of identity was revoked is told. */
  public static final String REVOKED = "the proof of identity was revoked";

  /** Browsers can't set headers of an upgrade, but may offer subprotocols. */
  private static final String BEARER_SUBPROTOCOL = "switchboard.bearer.";

  private static final String CODE_SUBPROTOCOL = "switchboard.code.";

  /**
   * Returns the credentials in a request, or null if there are none. The {@code Authorization}
   * header takes precedence over a subprotocol, and that over the cookie, which browsers send
   * automatically.
   */
  public @Nullable Credentials shown(HttpRequest request) {
    Headers headers = request.headers();
    List<String> fields = headers.all("Authorization");
    String authorization = String.join(", ", fields); // several are a list, which is no token
    if (authorization.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
      return new Credentials(Kind.TOKEN, authorization.substring("bearer ".length()).strip());
    }
    for (String name : headers.elements("Sec-WebSocket-Protocol")) {
      if (name.startsWith(BEARER_SUBPROTOCOL)) {
        return new Credentials(Kind.TOKEN, name.substring(BEARER_SUBPROTOCOL.length()));
      }
      if (name.startsWith(CODE_SUBPROTOCOL)) {
        return new Credentials(Kind.BIND_CODE, name.substring(CODE_SUBPROTOCOL.length()));
      }
    }
    String value = cookie == null ? null : cookie(headers, cookie);
    return value == null ? null : new Credentials(Kind.COOKIE, value);
  }

  private static @Nullable String cookie(Headers headers, String name) {
    for (String line : headers.all("Cookie")) {
      for (String pair : line.split(";", -1)) {
        String cookie = pair.strip();
        if (cookie.startsWith(name + "=") && cookie.length() > name.length() + 1) {
          return cookie.substring(name.length() + 1);
        }
      }
    }
    return null;
  }

  /**
   * Authenticates a user. Fails only with {@link AuthenticationException}, whatever the
   * authenticator throws, or if it takes too long. Completes on any thread.
   */
  public CompletionStage<AuthenticatedUser> prove(Credentials credentials) {
    return call(() -> authenticated(credentials), timeout)
        .exceptionallyCompose(failure -> CompletableFuture.failedStage(reason(failure)));
  }

  private AuthenticatedUser authenticated(Credentials credentials) throws Exception {
    AuthenticatedUser user = Objects.requireNonNull(check(credentials), "authenticated user");
    if (restrictions.revoked(user)) {
      throw AuthenticationException.refused(REVOKED);
    }
    return user;
  }

  /**
   * Calls users' code on a virtual thread, which is interrupted after the timeout. Fails with what
   * the code throws, or with {@link AuthenticationException} if it takes too long. Completes on any
   * thread.
   */
  public static <T> CompletionStage<T> call(Callable<T> code, Duration timeout) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        Thread.startVirtualThread(() -> {
          try {
            result.complete(code.call());
          } catch (Throwable failure) { // users' code may throw anything: a bug lets nobody in
            result.completeExceptionally(failure);
          }
        });
    return result
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failure -> {
          if (failure instanceof TimeoutException late) {
            thread.interrupt();
            LOG.warn("identifying a client took more than {}", timeout, late);
            failure =
                AuthenticationException.unavailable("who you are was not checked in time", late);
          }
          return CompletableFuture.failedStage(failure);
        });
  }

  private @Nullable AuthenticatedUser check(Credentials credentials) throws Exception {
    return codes != null && credentials.kind() == Kind.BIND_CODE
        ? codes.take(credentials.value())
        : authenticator.authenticate(credentials);
  }

  /** Returns the name of a kind of credentials, for the {@link Audit}. */
  public static String named(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Returns why {@link #prove} failed. */
  public static AuthenticationException reason(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof AuthenticationException known) {
      return known;
    }
    LOG.error("authenticating a client failed", cause);
    return AuthenticationException.unavailable("the server failed", cause);
  }

  /** Returns the response to an upgrade without credentials. */
  public static HttpResponse missing() {
    return HttpResponse.text(401, "no credentials (expected: Authorization: Bearer TOKEN)\n")
        .with("WWW-Authenticate", "Bearer");
  }

  /** Returns the response to an upgrade whose credentials were refused. */
  public static HttpResponse refused(AuthenticationException why) {
    if (why.retryable()) {
      return HttpResponse.text(503, why.getMessage() + "\n").with("Retry-After", "5");
    }
    return HttpResponse.text(401, why.getMessage() + "\n")
        .with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  }

  /** Returns the offered subprotocols, without those that only carry credentials. */
  public static List<String> withoutCredentials(HttpRequest request) {
    return request.headers().elements("Sec-WebSocket-Protocol").stream()
        .filter(name -> !name.startsWith(BEARER_SUBPROTOCOL) && !name.startsWith(CODE_SUBPROTOCOL))
        .toList();
  }
}
