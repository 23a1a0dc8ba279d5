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
 * What the connections of a typed endpoint are handed when it runs. Immutable; all of it is
 * thread-safe.
 *
 * @param context path, settings, metrics and time
 * @param protocol the messages
 * @param encodings how they may be written
 * @param sizes what a connection can be given
 * @param hub what the connections share
 * @param threads where users' code runs
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
  /** Where the endpoint is. */
  public String path() {
    return context.path();
  }

  /** The limits and habits of its connections. */
  public Settings settings() {
    return context.settings();
  }

  /** What it was given for its sessions. */
  public SessionSettings sessionSettings() {
    return hub.settings();
  }

  /** What {@code welcome} tells of it. */
  ServerMessages.Terms terms() {
    Heartbeat heartbeat = Objects.requireNonNull(settings().webSocket().heartbeat());
    return new ServerMessages.Terms(
        heartbeat.interval().toMillis(),
        heartbeat.timeout().toMillis(),
        settings().maxMessageBytes(),
        sessionSettings().sessions().maxRooms());
  }

  /** Counts what happens. */
  public Meter meter() {
    return context.meter();
  }

  /** Where logs are kept, and the topics of those that are read. */
  public Topics topics() {
    return hub.topics();
  }
}
