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

/** What a server needs of an endpoint, typed or raw. Thread-safe once started. */
interface SocketPath {
  /** The subprotocol chosen among those offered; null for none. */
  record Choice(@Nullable String subprotocol) {}

  /** Called once, before the server listens. */
  void start(String path, Broker broker, Clock clock, Meter meter);

  /** The path it was started at. */
  String path();

  /** Null if none of those offered will do. */
  @Nullable Choice choose(List<String> offered);

  /** What to say if none of those offered will do. */
  String expectedSubprotocol();

  /** Who asks. */
  CompletionStage<Verdict> identified(HttpRequest request);

  /** Who is connected. */
  Census census();

  /** Limits and habits of its connections. */
  Settings settings();

  /** Who counts. */
  Meter meter();

  /** Who notices handlers that do not return. */
  Watch watch();

  /** Takes a connection; on its event loop. */
  WebSocketListener open(
      WebSocket webSocket, HttpRequest request, Map<String, String> parameters, String user);

  /** Time passes. */
  void tick(long now);

  /** The server is about to close. */
  void sendAway(long spreadMillis);
}
