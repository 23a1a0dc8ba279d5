package dev.switchboard.server.http;

import dev.switchboard.server.limits.Arrivals;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An endpoint, as upgrades see it. Thread-safe. */
public interface SocketPath {
  /** Returns the origins whose pages may connect. */
  AllowedOrigins origins();

  /** The subprotocol chosen among those offered; null for none. */
  record Choice(@Nullable String subprotocol) {}

  /**
   * The user of a request, or the response that refuses it.
   *
   * @param loginFailed whether it is refused because of wrong credentials
   */
  record Identified(
      @Nullable AuthenticatedUser user, @Nullable HttpResponse refusal, boolean loginFailed) {
    /** The request has no credentials; a message will bring them. */
    public static final Identified LATER = new Identified(null, null, false);

    /** Identifies a request as a user's. */
    public static Identified of(AuthenticatedUser user) {
      return new Identified(user, null, false);
    }

    /** Refuses a request. */
    public static Identified refused(HttpResponse refusal, boolean loginFailed) {
      return new Identified(null, refusal, loginFailed);
    }
  }

  /** Chooses among the offered subprotocols. Returns null if none is acceptable. */
  @Nullable Choice choose(List<String> offered);

  /** Describes the acceptable subprotocols, for the refusal. */
  String expectedSubprotocol();

  /** Identifies the user of a request. Completes on any thread. */
  CompletionStage<Identified> identified(HttpRequest request);

  /** Whether all clients are guests whom {@link #open} names, so they need not be identified. */
  boolean guestsOnly();

  /** Returns the counts of connections. */
  ConnectionCounts connectionCounts();

  /** Returns what limits how clients arrive. */
  Arrivals arrivals();

  /** Returns the milliseconds since some moment, for intervals. */
  long now();

  /** Returns the limits and options of the connections. */
  Settings settings();

  /** Returns the endpoint's meter. */
  Meter meter();

  /**
   * Opens a connection; called on its event loop. The user is null if there are {@link
   * #guestsOnly}, or if the request had no credentials.
   */
  WebSocketListener open(
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      @Nullable AuthenticatedUser user);
}
