package dev.switchboard.server;

import dev.switchboard.server.identity.OneTimeCodes;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.Cluster;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint issues bind codes ({@link EndpointOptions#bindCodes}). Immutable.
 *
 * @param path where users get a code
 * @param lifetime for how long a code is good: 1 second to 10 minutes, 60 seconds by default. No
 *     code outlives the credentials it was issued for
 * @param perMinute how many codes a user may get per minute, also at once; 10 by default. Further
 *     requests get HTTP 429. Counted by each server for itself
 * @param store where the codes wait, closed with the server; null for what the server's cluster
 *     shares, or a {@link MemoryBindCodes}
 */
public record BindCodeOptions(
    String path, Duration lifetime, int perMinute, @Nullable BindCodes store) {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public BindCodeOptions {
    require(path.startsWith("/"), "path", path, "starting with /");
    require(
        lifetime.compareTo(SHORTEST) >= 0 && lifetime.compareTo(LONGEST) <= 0,
        "lifetime",
        lifetime,
        SHORTEST + " to " + LONGEST);
    require(perMinute >= 1 && perMinute <= 10_000, "perMinute", perMinute, "1 to 10000");
  }

  private static void require(boolean good, String name, Object value, String rule) {
    if (!good) {
      throw new IllegalArgumentException(
          "bind codes: " + name + ": " + value + " (expected: " + rule + ")");
    }
  }

  /** Returns the default options for a path. */
  public static BindCodeOptions at(String path) {
    return new BindCodeOptions(path, Duration.ofSeconds(60), 10, null);
  }

  /** Returns these options with another lifetime. */
  public BindCodeOptions withLifetime(Duration other) {
    return new BindCodeOptions(path, other, perMinute, store);
  }

  /** Returns these options with another number of codes per user and minute. */
  public BindCodeOptions withPerMinute(int other) {
    return new BindCodeOptions(path, lifetime, other, store);
  }

  /** Returns the codes of an endpoint that starts at a path. */
  OneTimeCodes codes(String endpoint, Services services, Meter meter) {
    Time time = services.time();
    Cluster cluster = services.cluster();
    BindCodes shared = cluster == null ? null : cluster.bindCodes();
    BindCodes given = store != null ? store : shared;
    if (given == null) {
      given = new MemoryBindCodes(time.clock());
    }
    return new OneTimeCodes(endpoint, given, lifetime, time.clock(), meter::bindCode);
  }

  /** Returns these options with a store, which several servers can share. */
  public BindCodeOptions withStore(BindCodes other) {
    return new BindCodeOptions(path, lifetime, perMinute, other);
  }
}
