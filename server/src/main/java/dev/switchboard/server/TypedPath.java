package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Verdict;
import dev.switchboard.spi.Broker;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A typed endpoint as its server sees it. */
record TypedPath(Endpoint<?> endpoint) implements SocketPath {
  private static final String JSON = "switchboard.v1.json";

  @Override
  public void start(String path, Broker broker, Clock clock) {
    endpoint.start(path, broker, clock);
  }

  @Override
  public String path() {
    return endpoint.path();
  }

  @Override
  public @Nullable Choice choose(List<String> offered) {
    return offered.isEmpty() ? new Choice(null) : offered.contains(JSON) ? new Choice(JSON) : null;
  }

  @Override
  public String expectedSubprotocol() {
    return JSON + ", or none";
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
  public int maxConnectionsPerUser() {
    return endpoint.settings().maxConnectionsPerUser();
  }

  @Override
  public int maxConnectionsPerAddress() {
    return endpoint.settings().maxConnectionsPerAddress();
  }

  @Override
  public WebSocketOptions options() {
    Settings settings = endpoint.settings();
    return WebSocketOptions.builder()
        .maxFrameBytes(settings.maxMessageBytes())
        .maxMessageBytes(settings.maxMessageBytes())
        .maxPendingBytes(settings.maxPendingBytes())
        .heartbeat(settings.heartbeat())
        .deflate(settings.deflate())
        .batching(settings.batching())
        .build();
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
