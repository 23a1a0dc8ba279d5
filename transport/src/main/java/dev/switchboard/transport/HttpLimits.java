package dev.switchboard.transport;

import java.time.Duration;

/**
 * Limits on the size of requests and on the time they take. Immutable.
 *
 * @param maxHeadBytes size of the request line and headers; beyond it 431. 16 KiB by default
 * @param maxBodyBytes size of the body; beyond it 413. 1 MiB by default
 * @param headTimeout time from the first byte, or from the connect for the first request, to the
 *     end of the headers, TLS included; then 408. 10 s by default
 * @param bodyTimeout time from the end of the headers to the end of the body; then 408. 30 s by
 *     default
 * @param keepAliveTimeout how long a connection may be idle between requests. 60 s by default
 */
public record HttpLimits(
    int maxHeadBytes,
    int maxBodyBytes,
    Duration headTimeout,
    Duration bodyTimeout,
    Duration keepAliveTimeout) {
  /** The default limits. */
  public static final HttpLimits DEFAULT =
      new HttpLimits(
          16 << 10,
          1 << 20,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60));

  /** Checks the ranges. */
  public HttpLimits {
    Checks.range("maxHeadBytes", maxHeadBytes, 256, 1 << 20);
    Checks.range("maxBodyBytes", maxBodyBytes, 0, 1 << 30);
    Checks.duration("headTimeout", headTimeout);
    Checks.duration("bodyTimeout", bodyTimeout);
    Checks.duration("keepAliveTimeout", keepAliveTimeout);
  }
}
