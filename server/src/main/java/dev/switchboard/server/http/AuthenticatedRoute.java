package dev.switchboard.server.http;

import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.limits.Arrivals;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.util.concurrent.CompletionException;

/**
 * Lets only the users of an endpoint call a route: those with valid credentials, who are not
 * banned. Thread-safe; may block.
 */
public final class AuthenticatedRoute implements Router.Route {
  /** Answers the requests of known users. May block. */
  @FunctionalInterface
  public interface Handler {
    /** Returns the response. */
    HttpResponse answer(HttpRequest request, AuthenticatedUser user) throws Exception;
  }

  private static final Headers NOT_KEPT = Headers.of("Cache-Control", "no-store");

  private final EndpointContext context;
  private final Authentication authentication;
  private final AllowedOrigins origins;
  private final Handler handler;

  /**
   * Creates a route of an endpoint.
   *
   * @param authentication finds and checks the user's credentials
   * @param origins whose pages may send cookies as credentials
   */
  public AuthenticatedRoute(
      EndpointContext context,
      Authentication authentication,
      AllowedOrigins origins,
      Handler handler) {
    this.context = context;
    this.authentication = authentication;
    this.origins = origins;
    this.handler = handler;
  }

  @Override
  public HttpResponse answer(HttpRequest request) throws Exception {
    return decided(request).withDefaults(NOT_KEPT);
  }

  private HttpResponse decided(HttpRequest request) throws Exception {
    Credentials shown = authentication.shown(request);
    if (shown == null || shown.kind() == Credentials.Kind.BIND_CODE) {
      return Authentication.missing(); // nobody has tried to log in
    }
    String by = Authentication.named(shown.kind());
    if (shown.kind() == Credentials.Kind.COOKIE && !origins.trusts(request)) {
      String why = "a cookie, sent by a page of another site";
      return refused(request, by, why, HttpResponse.text(403, why + " (expected: a token)\n"));
    }
    String address = ConnectionCounts.address(request);
    Arrivals.Refusal locked = context.arrivals().locked(address, context.now());
    if (locked != null) {
      context.meter().limit(locked.limit());
      HttpResponse later = Router.later(429, locked.reason(), locked.retryAfter());
      return refused(request, by, locked.reason(), later);
    }
    AuthenticatedUser user;
    try {
      user = authentication.prove(shown).toCompletableFuture().join();
    } catch (CompletionException failed) {
      AuthenticationException why = Authentication.reason(failed);
      if (!why.retryable()) {
        context.arrivals().loginFailed(address, context.now());
      }
      return refused(request, by, String.valueOf(why.getMessage()), Authentication.refused(why));
    }
    EndpointContext.Barred barred = context.barred(user);
    if (barred != null) {
      return refused(request, by, barred.reason(), HttpResponse.text(403, barred.reason() + "\n"));
    }
    return handler.answer(request, user);
  }

  private HttpResponse refused(HttpRequest request, String by, String why, HttpResponse response) {
    new Audit(context.audit().log(), request.path()).loginFailed(request, null, by, why);
    return response;
  }
}
