package dev.switchboard.transport;

import java.nio.charset.StandardCharsets;

/**
 * A whole response. {@code Content-Length}, {@code Date} and {@code Connection} are set by the
 * transport; the body is left out for HEAD, 204 and 304. Immutable, if the body is left alone.
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

  /** A response of plain text in UTF-8. */
  public static HttpResponse text(int status, String body) {
    return new HttpResponse(
        status,
        Headers.of("Content-Type", "text/plain; charset=utf-8"),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** This response with one more header. */
  public HttpResponse with(String name, String value) {
    return new HttpResponse(status, headers.with(name, value), body);
  }
}
