package dev.switchboard.server;

import dev.switchboard.server.http.SocketPath.Identified;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.OneTimeCodes;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.Credentials;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint identifies users: by credentials, by application code that inspects the request,
 * or not at all. In the last case everyone is a guest with a unique name.
 */
final class Identity {
  private final boolean messages; // whether a first message may carry the credentials

  // Set while the endpoint is defined, then only read.
  private @Nullable Identifier identifier; // null if none, or if there is an authenticator
  private @Nullable Authenticator authenticator; // null if none, or if there is an identifier
  private @Nullable String cookie; // name of the cookie that may carry credentials; null for none
  private boolean guestsWanted; // whether guests() declared that anyone may connect

  Identity(boolean messages) {
    this.messages = messages;
  }

  void identifier(Identifier newIdentifier) {
    requireOne(authenticator);
    identifier = newIdentifier;
  }

  void authenticator(Authenticator newAuthenticator) {
    requireOne(identifier);
    authenticator = newAuthenticator;
  }

  private static void requireOne(@Nullable Object other) {
    if (other != null) {
      throw new IllegalStateException("identify, authenticate: both given (expected: one)");
    }
  }

  void cookie(String name) {
    cookie = name;
  }

  void wantGuests() {
    guestsWanted = true;
  }

  /** Returns whether everyone is a guest. */
  boolean none() {
    return identifier == null && authenticator == null;
  }

  /** Returns whether anyone may connect although nobody has declared that this is intended. */
  boolean openUnsaid() {
    return none() && !guestsWanted;
  }

  /**
   * Returns how credentials are verified; null if none are required.
   *
   * @param codes takes bind codes; null if the authenticator does
   * @param timeout how long that may take
   * @throws IllegalStateException if there is a cookie that nothing would read
   */
  @Nullable Authentication authentication(
      Restrictions restrictions, @Nullable OneTimeCodes codes, Duration timeout) {
    if (cookie != null && authenticator == null) {
      throw new IllegalStateException(
          "cookie: " + cookie + ", without authenticate (expected: both, as nobody else reads it)");
    }
    return authenticator == null
        ? null
        : new Authentication(authenticator, cookie, restrictions, codes, timeout);
  }

  /** Identifies the user of a request, or refuses it. Does not block. */
  CompletionStage<Identified> of(HttpRequest request, EndpointContext endpoint) {
    Authentication authentication = endpoint.authentication();
    if (authentication == null) {
      return identified(request, endpoint);
    }
    Credentials shown = authentication.shown(request);
    if (shown == null) {
      return CompletableFuture.completedStage(
          messages ? Identified.LATER : Identified.refused(Authentication.missing(), null));
    }
    String by = Authentication.named(shown.kind());
    return authentication
        .prove(shown)
        .handle((user, failure) ->
            user != null ? Identified.of(user, by) : refused(Authentication.reason(failure), by));
  }

  private static Identified refused(AuthenticationException why, String by) {
    Identified refused = Identified.refused(Authentication.refused(why), by);
    return why.retryable() ? refused : refused.asFailedLogin();
  }

  /** Calls the application's identifier on a virtual thread, where it may block. */
  private CompletionStage<Identified> identified(HttpRequest request, EndpointContext endpoint) {
    Identifier asked = Objects.requireNonNull(identifier, "a guest need not be identified");
    return Authentication.call(
            () -> identified(asked.identify(request), endpoint.restrictions()),
            endpoint.settings().clients().identifyTimeout())
        .exceptionallyCompose(failure ->
            failure.getCause() instanceof AuthenticationException late
                ? CompletableFuture.completedStage(refused(late, "request"))
                : CompletableFuture.failedStage(failure));
  }

  private static Identified identified(@Nullable Verdict verdict, Restrictions restrictions) {
    return switch (Objects.requireNonNull(verdict, "verdict")) {
      case Verdict.Allowed allowed when restrictions.revoked(allowed.user()) ->
          refused(AuthenticationException.refused(Authentication.REVOKED), "request");
      case Verdict.Allowed allowed -> Identified.of(allowed.user(), "request");
      case Verdict.Refused refused -> {
        Identified identified =
            Identified.refused(
                HttpResponse.text(refused.status(), refused.reason() + "\n"), "request");
        yield refused.status() == 401 || refused.status() == 403
            ? identified.asFailedLogin()
            : identified;
      }
    };
  }
}
