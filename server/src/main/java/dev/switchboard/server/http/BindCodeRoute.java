package dev.switchboard.server.http;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.OneTimeCodes;
import dev.switchboard.server.limits.Arrivals;
import dev.switchboard.server.limits.Buckets;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Rate;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Credentials;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Gives a user a bind code in answer to {@code POST} ({@code spec/protocol.md#bind-codes}).
 * Thread-safe; may block.
 */
public final class BindCodeRoute implements Router.Route {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final EndpointContext context;
  private final Authentication authentication;
  private final OneTimeCodes codes;
  private final AllowedOrigins origins;
  private final Buckets perUser;

  /**
   * Creates the route of an endpoint.
   *
   * @param authentication finds and checks the user's credentials
   * @param codes issues the codes
   * @param origins whose pages may send cookies as credentials
   */
  public BindCodeRoute(
      EndpointContext context,
      Authentication authentication,
      OneTimeCodes codes,
      AllowedOrigins origins,
      int perMinute) {
    this.context = context;
    this.authentication = authentication;
    this.codes = codes;
    this.origins = origins;
    this.perUser = new Buckets(Rate.of("perMinute", perMinute, MINUTE));
  }

  @Override
  public HttpResponse answer(HttpRequest request) {
    return decided(request).with("Cache-Control", "no-store");
  }

  private HttpResponse decided(HttpRequest request) {
    Credentials shown = authentication.shown(request);
    if (shown == null || shown.kind() == Credentials.Kind.BIND_CODE) {
      return refused(request, null, "no token, and no cookie", Authentication.missing());
    }
    if (shown.kind() == Credentials.Kind.COOKIE && !origins.trusts(request)) {
      String why = "a cookie, sent by a page of another site";
      return refused(request, null, why, HttpResponse.text(403, why + " (expected: a token)\n"));
    }
    String address = ConnectionCounts.address(request);
    Arrivals.Refusal locked = context.arrivals().locked(address, context.now());
    if (locked != null) {
      return tooMany(request, null, locked.limit(), locked.reason(), locked.retryAfter());
    }
    AuthenticatedUser user;
    try {
      user = authentication.prove(shown).toCompletableFuture().join();
    } catch (CompletionException failed) {
      var why = Authentication.reason(failed);
      if (!why.retryable()) {
        context.arrivals().loginFailed(address, context.now());
      }
      return refused(request, null, String.valueOf(why.getMessage()), Authentication.refused(why));
    }
    long wait = perUser.take(user.name(), 1, context.now());
    if (wait > 0) {
      return tooMany(request, user.name(), Limit.BIND_CODES, "too many bind codes", wait);
    }
    try {
      OneTimeCodes.Issued issued = codes.issue(user);
      audit().bindCodeIssued(request, user.name());
      return json(issued);
    } catch (RefusedException unavailable) {
      return refused(
          request,
          user.name(),
          String.valueOf(unavailable.getMessage()),
          HttpResponse.text(503, "bind codes are not available now\n").with("Retry-After", "5"));
    }
  }

  private HttpResponse tooMany(
      HttpRequest request, @Nullable String user, Limit limit, String why, long wait) {
    context.meter().limit(limit);
    return refused(request, user, why, Router.later(429, why, wait));
  }

  private Audit audit() {
    return context.audit();
  }

  private HttpResponse refused(
      HttpRequest request, @Nullable String user, String why, HttpResponse response) {
    audit().bindCodeRefused(request, user, why);
    return response;
  }

  private static HttpResponse json(OneTimeCodes.Issued issued) {
    String json =
        "{\"code\":\""
            + issued.code() // base64url, which needs no escapes
            + "\",\"expireTime\":"
            + issued.expiry().toEpochMilli()
            + "}";
    return new HttpResponse(
        200, Headers.of("Content-Type", "application/json"), json.getBytes(StandardCharsets.UTF_8));
  }
}
