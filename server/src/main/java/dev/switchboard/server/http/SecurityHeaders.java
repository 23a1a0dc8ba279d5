package dev.switchboard.server.http;

import dev.switchboard.transport.Headers;
import java.time.Duration;

/**
 * Headers that tell browsers to be careful with what a server answers, unless a response sets its
 * own: no guessing of types, no referrer, nothing from other hosts in its pages, no framing, and
 * nothing embedded by other sites. Immutable.
 */
public final class SecurityHeaders {
  private static final Headers PLAIN =
      Headers.of(
          "X-Content-Type-Options", "nosniff",
          "Referrer-Policy", "no-referrer",
          "Content-Security-Policy",
              "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
                  + " frame-ancestors 'none'",
          "X-Frame-Options", "DENY",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin");

  /** With HSTS for a year, as is the default. */
  public static final SecurityHeaders DEFAULT = new SecurityHeaders(Duration.ofDays(365));

  private final Headers secure;

  /**
   * Creates the headers.
   *
   * @param strictTransport for how long a browser that came by TLS uses nothing else (RFC 6797);
   *     zero for no such header
   */
  public SecurityHeaders(Duration strictTransport) {
    this.secure =
        strictTransport.isZero()
            ? PLAIN
            : PLAIN.with("Strict-Transport-Security", "max-age=" + strictTransport.toSeconds());
  }

  /** Returns the headers of a response to a client that used TLS or not. */
  Headers of(boolean usesTls) {
    return usesTls ? secure : PLAIN;
  }
}
