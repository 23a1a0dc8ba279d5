package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Verdict;
import dev.switchboard.spi.Broker;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A typed endpoint as its server sees it. */
record TypedPath(Endpoint<?> endpoint) implements SocketPath {
  @Override
  public void start(String path, Broker broker, Clock clock, Meter meter) {
    endpoint.start(path, broker, clock, meter);
  }

  @Override
  public String path() {
    return endpoint.path();
  }

  @Override
  public @Nullable Choice choose(List<String> offered) {
    if (offered.isEmpty()) {
      return new Choice(null);
    }
    String chosen = endpoint.encodings().firstOf(offered);
    return chosen == null ? null : new Choice(chosen);
  }

  @Override
  public String expectedSubprotocol() {
    return String.join(", ", endpoint.encodings().subprotocols()) + ", or none";
  }

  @Override
  public CompletionStage<Verdict> identified(HttpRequest request) {
    return endpoint.identity().of(request);
  }

  @Override
  public Census census() {
    return endpoint.hub().census();
  }

  @Override
  public Settings settings() {
    return endpoint.settings();
  }

  @Override
  public Meter meter() {
    return endpoint.meter();
  }

  @Override
  public Watch watch() {
    return endpoint.watch();
  }

  @Override
  public WebSocketListener open(
      WebSocket webSocket, HttpRequest request, Map<String, String> parameters, String user) {
    return new Connection(endpoint, webSocket, request, parameters, user);
  }

  @Override
  public void tick(long now) {
    endpoint.hub().tick(now);
  }

  @Override
  public void sendAway(long spreadMillis) {
    endpoint.hub().sendAway(spreadMillis);
  }
}
