package dev.switchboard.server.http;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.OneTimeCodes;
import dev.switchboard.server.limits.Allowance;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Credentials;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Gives a user a bind code in answer to {@code POST} ({@code spec/protocol.md#bind-codes}).
 * Thread-safe; may block.
 */
public final class BindCodeRoute implements Router.Route {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int KNOWN_USERS = 10_000;

  private final EndpointContext context;
  private final Authentication authentication;
  private final OneTimeCodes codes;
  private final AllowedOrigins origins;
  private final Allowance.Rate rate;

  /**
   * How many codes each user may get now. Only those who asked last are remembered; others may have
   * as many as at first. Guarded by itself.
   */
  private final Map<String, Allowance> allowances =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Allowance> eldest) {
          return size() > KNOWN_USERS;
        }
      };

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
    this.rate = new Allowance.Rate(perMinute, MINUTE);
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
    AuthenticatedUser user;
    try {
      user = authentication.prove(shown).toCompletableFuture().join();
    } catch (CompletionException failed) {
      var why = Authentication.reason(failed);
      return refused(request, null, String.valueOf(why.getMessage()), Authentication.refused(why));
    }
    long wait = take(user.name());
    if (wait > 0) {
      context.meter().limit(Limit.BIND_CODES);
      return refused(
          request,
          user.name(),
          "too many bind codes",
          HttpResponse.text(429, "too many bind codes\n")
              .with("Retry-After", String.valueOf((wait + 999) / 1000)));
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

  /** Counts a code for a user. Returns 0, or the milliseconds until the user may get the next. */
  private long take(String user) {
    long now = context.now();
    synchronized (allowances) {
      Allowance allowance = allowances.computeIfAbsent(user, name -> new Allowance(rate, now));
      return allowance.take(now) ? 0 : Math.max(1, allowance.retryAfter());
    }
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
