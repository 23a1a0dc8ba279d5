package dev.switchboard.server.limits;

/**
 * What an endpoint, typed or raw, was started with. Immutable.
 *
 * @param path where it is
 * @param settings its limits and habits
 * @param meter counts what happens
 * @param time what time it is
 */
public record EndpointContext(String path, Settings settings, Meter meter, Time time) {
  /** Milliseconds since some moment, for intervals. */
  public long now() {
    return time.elapsed().getAsLong();
  }

  /** What people's clocks say, in milliseconds, for timestamps. */
  public long timestamp() {
    return time.clock().millis();
  }
}
