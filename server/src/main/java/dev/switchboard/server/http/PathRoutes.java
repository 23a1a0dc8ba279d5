package dev.switchboard.server.http;

import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What answers plain HTTP at one path. GET may be called by any page, whose browser then keeps the
 * answer from it. POST changes something, so only pages of allowed origins may call it, whatever
 * cookies their visitors have; those may read the answer (CORS, Fetch Standard §3.2). Immutable.
 *
 * @param get answers GET and HEAD; null for nothing
 * @param post answers POST; null for nothing
 * @param origins whose pages may call POST
 */
public record PathRoutes(
    Router.@Nullable Route get, Router.@Nullable Route post, AllowedOrigins origins) {
  private static final HttpResponse PREFLIGHT =
      new HttpResponse(204, Headers.EMPTY, new byte[0])
          .with("Access-Control-Allow-Methods", "POST")
          .with("Access-Control-Allow-Headers", "Authorization")
          .with("Access-Control-Max-Age", "600");

  /** Answers nothing yet. */
  public static final PathRoutes NONE = new PathRoutes(null, null, AllowedOrigins.SAME_HOST);

  static boolean reads(String method) {
    return method.equals("GET") || method.equals("HEAD");
  }

  /** Returns the refusal of a method that nothing answers here, or null. */
  @Nullable HttpResponse unanswered(String method) {
    boolean writes = method.equals("POST") || method.equals("OPTIONS");
    if (reads(method) ? get != null : writes && post != null) {
      return null;
    }
    List<String> methods = new ArrayList<>();
    if (get != null) {
      methods.addAll(List.of("GET", "HEAD"));
    }
    if (post != null) {
      methods.addAll(List.of("POST", "OPTIONS"));
    }
    String allowed = String.join(", ", methods);
    return HttpResponse.text(405, "only " + allowed + " here\n").with("Allow", allowed);
  }

  /** Returns the answer to a browser that asks whether a page may call POST. */
  HttpResponse preflight(HttpRequest request) {
    return shared(request, PREFLIGHT);
  }

  /** Returns the answer to a POST so that the page that sent it may read it. */
  HttpResponse shared(HttpRequest request, HttpResponse answer) {
    String origin = request.headers().first("Origin");
    if (origin == null) {
      return answer;
    }
    HttpResponse shared = answer.with("Access-Control-Expose-Headers", "Retry-After");
    return origins.trusts(request)
        ? shared
            .with("Access-Control-Allow-Origin", origin)
            .with("Access-Control-Allow-Credentials", "true")
            .with("Vary", "Origin")
        : shared.with("Access-Control-Allow-Origin", "*"); // of any page, and without its cookies
  }
}
