package dev.switchboard.server.http;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.identity.OneTimeCodes;
import dev.switchboard.server.limits.Buckets;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Rate;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Gives a user a bind code ({@code spec/protocol.md#bind-codes}). Thread-safe; may block. */
public final class BindCodeRoute implements AuthenticatedRoute.Handler {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final EndpointContext context;
  private final OneTimeCodes codes;
  private final Buckets perUser;

  /**
   * Creates the route of an endpoint.
   *
   * @param codes issues the codes
   */
  public BindCodeRoute(EndpointContext context, OneTimeCodes codes, int perMinute) {
    this.context = context;
    this.codes = codes;
    this.perUser = new Buckets(Rate.of("perMinute", perMinute, MINUTE));
  }

  @Override
  public HttpResponse answer(HttpRequest request, AuthenticatedUser user) {
    long wait = perUser.take(user.name(), 1, context.now());
    if (wait > 0) {
      String why = "too many bind codes";
      context.meter().limit(Limit.BIND_CODES);
      context.audit().bindCodeRefused(request, user.name(), why);
      return Router.later(429, why, wait);
    }
    try {
      OneTimeCodes.Issued issued = codes.issue(user);
      context.audit().bindCodeIssued(request, user.name());
      return json(issued);
    } catch (RefusedException unavailable) {
      String why = String.valueOf(unavailable.getMessage());
      context.audit().bindCodeRefused(request, user.name(), why);
      return HttpResponse.text(503, "bind codes are not available now\n").with("Retry-After", "5");
    }
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
