package dev.switchboard.server.session;

import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.delivery.Sizes;
import dev.switchboard.server.delivery.Topics;
import dev.switchboard.server.handlers.HandlerThreads;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.transport.Heartbeat;
import java.util.Objects;

/**
 * The services that a running endpoint hands to its connections. Immutable; all of them are
 * thread-safe.
 *
 * @param context the path, settings, metrics and clock
 * @param protocol the message types
 * @param encodings the supported encodings
 * @param sizes the size limits of messages
 * @param hub the state shared by the connections
 * @param threads runs users' code
 * @param application users' code
 */
public record EndpointRuntime(
    EndpointContext context,
    Protocol<?> protocol,
    Encodings encodings,
    Sizes sizes,
    Hub hub,
    HandlerThreads threads,
    Application application) {
  /** Returns the endpoint's path. */
  public String path() {
    return context.path();
  }

  /** Returns the limits and options of its connections. */
  public Settings settings() {
    return context.settings();
  }

  /** Returns the options of its sessions. */
  public SessionSettings sessionSettings() {
    return hub.settings();
  }

  /** Returns the endpoint's terms, for {@code welcome}. */
  ServerMessages.Terms terms() {
    Heartbeat heartbeat = Objects.requireNonNull(settings().webSocket().heartbeat());
    return new ServerMessages.Terms(
        heartbeat.interval().toMillis(),
        heartbeat.timeout().toMillis(),
        settings().maxMessageBytes(),
        sessionSettings().sessions().maxRooms(),
        protocol.hash());
  }

  /** Returns the endpoint's meter. */
  public Meter meter() {
    return context.meter();
  }

  /** Returns the topics that are read, and the broker that stores their logs. */
  public Topics topics() {
    return hub.topics();
  }
}
