package dev.switchboard.server.http;

import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.nio.charset.StandardCharsets;
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
   * @param by what proves it or fails to, for the {@link Audit}; null if the request has nothing
   * @param loginFailed whether it is refused because of wrong credentials
   */
  record Identified(
      @Nullable AuthenticatedUser user,
      @Nullable HttpResponse refusal,
      @Nullable String by,
      boolean loginFailed) {
    /** The request has no credentials; a message will bring them. */
    public static final Identified LATER = new Identified(null, null, null, false);

    /** Identifies a request as a user's. */
    public static Identified of(AuthenticatedUser user, String by) {
      return new Identified(user, null, by, false);
    }

    /** Refuses a request. */
    public static Identified refused(HttpResponse refusal, @Nullable String by) {
      return new Identified(null, refusal, by, false);
    }

    /** Returns this refusal as one because of wrong credentials. */
    public Identified asFailedLogin() {
      return new Identified(null, refusal, by, true);
    }

    /** Returns why the request is refused, as the client is told. */
    public String reason() {
      return refusal == null ? "" : new String(refusal.body(), StandardCharsets.UTF_8).strip();
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

  /** Returns what the endpoint was started with. */
  EndpointContext context();

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
