package dev.switchboard.server;

import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A raw endpoint as its server sees it. */
record RawPath(RawEndpoint endpoint) implements EndpointPath {
  private static final long MILLIS_EACH = 10;

  @Override
  public void start(String path, Broker broker, PresenceStore users, Time time, Meter meter) {
    endpoint.start(path, time, meter);
  }

  @Override
  public @Nullable Choice choose(List<String> offered) {
    List<String> spoken = endpoint.spoken();
    if (offered.isEmpty() || spoken.isEmpty()) {
      return new Choice(null);
    }
    return spoken.stream().filter(offered::contains).findFirst().map(Choice::new).orElse(null);
  }

  @Override
  public String expectedSubprotocol() {
    return String.join(", ", endpoint.spoken());
  }

  @Override
  public ConnectionCounts connectionCounts() {
    return endpoint.connectionCounts();
  }

  @Override
  public WebSocketListener open(
      WebSocket webSocket, HttpRequest request, Map<String, String> parameters, String user) {
    return new RawConnection(
        endpoint, webSocket, new RawPeer(endpoint, webSocket, request, parameters, user));
  }

  @Override
  public void tick(long now) {
    endpoint.endIdle(now);
  }

  /**
   * A raw client knows no {@code going_away}, so that the closes themselves are spread; few of them
   * need not wait long for that.
   */
  @Override
  public void sendAway(long spreadMillis, long withinMillis) {
    Collection<RawConnection> all = endpoint.connections();
    long spread = Math.min(Math.min(spreadMillis, withinMillis / 2), all.size() * MILLIS_EACH);
    all.forEach(one -> one.sendAway(ThreadLocalRandom.current().nextLong(spread + 1)));
  }

  @Override
  public void changed(LogKey where, String user, boolean present, int count) {
    // It has no rooms, and tells nobody who is online.
  }
}
