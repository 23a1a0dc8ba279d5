package dev.switchboard.server;

import dev.switchboard.server.session.Hub;
import dev.switchboard.transport.HttpLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What tests of the whole need to see of a server that its users don't. */
public final class Backstage {
  private Backstage() {}

  /** Changes the limits of plain HTTP. */
  public static ServerBuilder http(ServerBuilder builder, HttpLimits limits) {
    builder.transport.http(limits);
    return builder;
  }

  /** Returns how much an endpoint holds: sessions, places, connections and so on. */
  public static Map<String, Integer> held(Endpoint<?> endpoint) {
    Map<String, Integer> held = new HashMap<>(endpoint.hub().sizes());
    held.putAll(endpoint.hub().connectionCounts().sizes());
    return held;
  }

  /** Returns how much a raw endpoint holds. */
  public static Map<String, Integer> held(RawEndpoint endpoint) {
    return endpoint.sizes();
  }

  /** Does what will be due after that time, such as ending sessions whose clients stay away. */
  public static void later(Endpoint<?> endpoint, Duration time) {
    Hub hub = endpoint.hub();
    hub.tick(endpoint.context().now() + time.toMillis());
  }
}
