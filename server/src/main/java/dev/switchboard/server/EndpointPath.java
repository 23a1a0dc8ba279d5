package dev.switchboard.server;

import dev.switchboard.server.handlers.HandlerWatchdog;
import dev.switchboard.server.http.SocketPath;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.WebSocketOptions;
import java.util.concurrent.CompletionStage;

/** What a server needs of an endpoint, typed or raw. Thread-safe once started. */
interface EndpointPath extends SocketPath {
  /** The endpoint itself. */
  EndpointOptions<?> endpoint();

  /** Called once, before the server listens. */
  void start(String path, Broker broker, PresenceStore users, Time time, Meter meter);

  /** The path it was started at. */
  default String path() {
    return endpoint().context().path();
  }

  @Override
  default CompletionStage<Identified> identified(HttpRequest request) {
    return endpoint().identity().of(request);
  }

  @Override
  default boolean guestsOnly() {
    return endpoint().identity().none();
  }

  @Override
  default Settings settings() {
    return endpoint().settings();
  }

  @Override
  default WebSocketOptions webSocket() {
    return endpoint().webSocket();
  }

  @Override
  default Meter meter() {
    return endpoint().context().meter();
  }

  /** Notices handlers that do not return. */
  default HandlerWatchdog watchdog() {
    return endpoint().threads().watchdog();
  }

  /** A user came to a place of this endpoint, or went. Any thread; must not block. */
  void changed(LogKey where, String user, boolean present, int count);

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
