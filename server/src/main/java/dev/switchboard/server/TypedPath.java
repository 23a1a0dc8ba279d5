package dev.switchboard.server;

import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Time;
import dev.switchboard.server.session.Connection;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A typed endpoint as its server sees it. */
record TypedPath(Endpoint<?> endpoint) implements EndpointPath {
  @Override
  public void start(String path, Broker broker, PresenceStore users, Time time, Meter meter) {
    endpoint.start(path, broker, users, time, meter);
  }

  @Override
  public @Nullable Choice choose(List<String> offered) {
    if (offered.isEmpty()) {
      return new Choice(null);
    }
    String chosen = endpoint.runtime().encodings().firstOf(offered);
    return chosen == null ? null : new Choice(chosen);
  }

  @Override
  public String expectedSubprotocol() {
    return String.join(", ", endpoint.runtime().encodings().subprotocols()) + ", or none";
  }

  @Override
  public ConnectionCounts connectionCounts() {
    return endpoint.hub().connectionCounts();
  }

  @Override
  public WebSocketListener open(
      WebSocket webSocket, HttpRequest request, Map<String, String> parameters, String user) {
    return new Connection(endpoint.runtime(), webSocket, request, parameters, user);
  }

  @Override
  public void tick(long now) {
    endpoint.hub().tick(now);
  }

  @Override
  public void sendAway(long spreadMillis, long withinMillis) {
    endpoint.hub().sendAway(spreadMillis);
  }

  @Override
  public void changed(LogKey where, String user, boolean present, int count) {
    endpoint.hub().presenceNotifier().changed(where, user, present, count);
  }
}
