package dev.switchboard.server.http;

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

/** An endpoint as upgrades see it. Thread-safe. */
public interface SocketPath {
  /** The web pages that may connect. */
  AllowedOrigins origins();

  /** The subprotocol chosen among those offered; null for none. */
  record Choice(@Nullable String subprotocol) {}

  /** Who a request comes from; or, if it is not let in, how it is answered. */
  record Identified(@Nullable AuthenticatedUser user, @Nullable HttpResponse refusal) {
    /** The request says nothing; a message will. */
    public static final Identified LATER = new Identified(null, null);

    /** A user. */
    public static Identified of(AuthenticatedUser user) {
      return new Identified(user, null);
    }

    /** Not let in. */
    public static Identified refused(HttpResponse refusal) {
      return new Identified(null, refusal);
    }
  }

  /** Null if none of those offered will do. */
  @Nullable Choice choose(List<String> offered);

  /** What to say if none of those offered will do. */
  String expectedSubprotocol();

  /** Says who asks. Completes on any thread. */
  CompletionStage<Identified> identified(HttpRequest request);

  /** Whether everybody is a guest whom {@link #open} names, and need not be identified. */
  boolean guestsOnly();

  /** Who is connected. */
  ConnectionCounts connectionCounts();

  /** Limits and habits of its connections. */
  Settings settings();

  /** Counts what happens. */
  Meter meter();

  /**
   * Takes a connection; on its event loop. The user is null if there are {@link #guestsOnly}, or if
   * the request said nothing.
   */
  WebSocketListener open(
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      @Nullable AuthenticatedUser user);
}
