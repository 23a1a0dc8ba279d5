package dev.switchboard.transport;

import java.nio.charset.StandardCharsets;

/**
 * A complete HTTP response. The transport sets {@code Content-Length}, {@code Date} and {@code
 * Connection}, and omits the body for HEAD, 204 and 304. Immutable, as long as nobody writes to the
 * body.
 *
 * @param status 200–599
 * @param headers further headers
 * @param body may be empty
 */
public record HttpResponse(int status, Headers headers, byte[] body) {
  /** Checks the status. */
  public HttpResponse {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: " + status + " (expected: 200-599)");
    }
  }

  /** Returns a plain-text response in UTF-8. */
  public static HttpResponse text(int status, String body) {
    return new HttpResponse(
        status,
        Headers.of("Content-Type", "text/plain; charset=utf-8"),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a copy with those of the headers whose names it does not have. */
  public HttpResponse withDefaults(Headers defaults) {
    return new HttpResponse(status, headers.withDefaults(defaults), body);
  }

  /** Returns a copy with one more header. */
  public HttpResponse with(String name, String value) {
    return new HttpResponse(status, headers.with(name, value), body);
  }
}
