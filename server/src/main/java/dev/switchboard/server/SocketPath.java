package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Verdict;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a server needs of an endpoint, typed or raw. Thread-safe once started. */
interface SocketPath {
  /** The subprotocol chosen among those offered; null for none. */
  record Choice(@Nullable String subprotocol) {}

  /** Called once, before the server listens. */
  void start(String path, Broker broker, PresenceStore users, Time time, Meter meter);

  /** A user came to a place of this endpoint, or went. Any thread; must not block. */
  void changed(LogKey where, String user, boolean present, int count);

  /** The endpoint itself. */
  EndpointOptions<?> endpoint();

  /** The path it was started at. */
  default String path() {
    return endpoint().path();
  }

  /** Null if none of those offered will do. */
  @Nullable Choice choose(List<String> offered);

  /** What to say if none of those offered will do. */
  String expectedSubprotocol();

  /** Who asks. */
  default CompletionStage<Verdict> identified(HttpRequest request) {
    return endpoint().identity().of(request);
  }

  /** Whether everybody is a guest whom {@link #open} names, and need not be identified. */
  default boolean guestsOnly() {
    return false;
  }

  /** Who is connected. */
  ConnectionCounts connectionCounts();

  /** Limits and habits of its connections. */
  default Settings settings() {
    return endpoint().settings();
  }

  /** Who counts. */
  default Meter meter() {
    return endpoint().meter();
  }

  /** Who notices handlers that do not return. */
  default HandlerWatchdog watchdog() {
    return endpoint().watchdog();
  }

  /** Takes a connection; on its event loop. The user is empty if there are {@link #guestsOnly}. */
  WebSocketListener open(
      WebSocket webSocket, HttpRequest request, Map<String, String> parameters, String user);

  /** Time passes. */
  void tick(long now);

  /**
   * The server is about to close.
   *
   * @param spreadMillis clients are to come back within so long, each after a time of its own
   * @param withinMillis how long they may stay
   */
  void sendAway(long spreadMillis, long withinMillis);
}
