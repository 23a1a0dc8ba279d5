package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.server.handlers.HandlerWatchdog;
import dev.switchboard.server.http.AllowedOrigins;
import dev.switchboard.server.http.SocketPath;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.raw.RawConnection;
import dev.switchboard.server.session.AuthenticationGate;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.EndpointRuntime;
import dev.switchboard.server.session.Evictions;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.LogKey;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A typed or raw endpoint, as its server sees it. Thread-safe once started. */
sealed interface EndpointPath extends SocketPath {
  /** Returns the endpoint itself. */
  EndpointOptions<?> endpoint();

  /** Starts the endpoint. Called once, before the server listens. */
  void start(String path, Services services, Meter meter);

  /**
   * Called on any thread when a user joined or left a room of this endpoint, or came online or went
   * offline. Must not block.
   */
  void changed(LogKey where, String user, boolean present, int count);

  /** Called periodically to do what is due. */
  void tick(long now);

  /** Closes the connections of users whose proof of identity was revoked. */
  void revoked(Predicate<AuthenticatedUser> whose);

  /**
   * Throws a user out of the endpoint, or of one room. Returns how many sessions were there.
   *
   * @param room the room; null for the endpoint
   */
  int evict(String user, @Nullable String room, String why);

  /** Ends a session for good. Returns whether there was one. */
  boolean endSession(String id);

  /**
   * Tells clients that the server is about to close.
   *
   * @param spreadMillis the period over which clients are to return, each after its own delay
   * @param withinMillis how long they may stay
   */
  void sendAway(long spreadMillis, long withinMillis);

  /** Returns the path that the endpoint was started at. */
  default String path() {
    return context().path();
  }

  @Override
  default AllowedOrigins origins() {
    return endpoint().origins();
  }

  @Override
  default boolean guestsOnly() {
    return endpoint().identity().none();
  }

  @Override
  default CompletionStage<Identified> identified(HttpRequest request) {
    return endpoint().identity().of(request, context());
  }

  @Override
  default EndpointContext context() {
    return endpoint().context();
  }

  /** Returns the watchdog for handlers that do not return. */
  default HandlerWatchdog watchdog() {
    return endpoint().threads().watchdog();
  }

  /** A path whose clients exchange the messages of a protocol. */
  record Typed(Endpoint<?> endpoint) implements EndpointPath {
    @Override
    public void start(String path, Services services, Meter meter) {
      endpoint.start(path, services, meter);
    }

    @Override
    public @Nullable Choice choose(List<String> offered) {
      if (offered.isEmpty()) {
        return new Choice(null);
      }
      String chosen = endpoint.runtime().encodings().firstOf(offered);
      return chosen == null ? null : new Choice(chosen);
    }

    @Override
    public String expectedSubprotocol() {
      return String.join(", ", endpoint.runtime().encodings().subprotocols()) + ", or none";
    }

    @Override
    public ConnectionCounts connectionCounts() {
      return endpoint.hub().connectionCounts();
    }

    @Override
    public WebSocketListener open(
        WebSocket webSocket,
        HttpRequest request,
        Map<String, String> parameters,
        @Nullable AuthenticatedUser user) {
      EndpointRuntime runtime = endpoint.runtime();
      Authentication authentication = runtime.context().authentication();
      return user == null && authentication != null
          ? new AuthenticationGate(runtime, webSocket, request, parameters, authentication)
          : new Connection(runtime, webSocket, request, parameters, user);
    }

    @Override
    public void tick(long now) {
      endpoint.hub().tick(now);
    }

    @Override
    public void sendAway(long spreadMillis, long withinMillis) {
      endpoint.hub().sendAway(spreadMillis);
    }

    @Override
    public void changed(LogKey where, String user, boolean present, int count) {
      endpoint.hub().presenceNotifier().changed(where, user, present, count);
    }

    private Evictions evictions() {
      return new Evictions(endpoint.hub(), endpoint.context());
    }

    @Override
    public void revoked(Predicate<AuthenticatedUser> whose) {
      evictions().revoked(whose);
    }

    @Override
    public int evict(String user, @Nullable String room, String why) {
      return room == null
          ? evictions().end(session -> session.user().equals(user), CloseCode.BANNED, why)
          : evictions().remove(room, user, why);
    }

    @Override
    public boolean endSession(String id) {
      return evictions()
              .end(
                  session -> session.id().equals(id),
                  CloseCode.AUTH_EXPIRED,
                  "the session was revoked")
          > 0;
    }
  }

  /** A path for plain WebSockets. */
  record Raw(RawEndpoint endpoint) implements EndpointPath {
    @Override
    public void start(String path, Services services, Meter meter) {
      endpoint.start(path, services, meter);
    }

    @Override
    public @Nullable Choice choose(List<String> offered) {
      List<String> spoken = endpoint.spoken();
      if (offered.isEmpty() || spoken.isEmpty()) {
        return new Choice(null);
      }
      return spoken.stream().filter(offered::contains).findFirst().map(Choice::new).orElse(null);
    }

    @Override
    public String expectedSubprotocol() {
      return String.join(", ", endpoint.spoken());
    }

    @Override
    public ConnectionCounts connectionCounts() {
      return endpoint.hub().connectionCounts();
    }

    @Override
    public WebSocketListener open(
        WebSocket webSocket,
        HttpRequest request,
        Map<String, String> parameters,
        @Nullable AuthenticatedUser user) {
      return new RawConnection(endpoint.hub(), webSocket, request, parameters, user);
    }

    @Override
    public void tick(long now) {
      endpoint.hub().tick(now);
    }

    @Override
    public void sendAway(long spreadMillis, long withinMillis) {
      endpoint.hub().sendAway(spreadMillis, withinMillis);
    }

    @Override
    public void changed(LogKey where, String user, boolean present, int count) {
      // Raw endpoints have no rooms and publish no presence.
    }

    @Override
    public void revoked(Predicate<AuthenticatedUser> whose) {
      endpoint.hub().revoked(whose);
    }

    @Override
    public int evict(String user, @Nullable String room, String why) {
      return 0; // raw endpoints have no moderation
    }

    @Override
    public boolean endSession(String id) {
      return false; // raw clients have none
    }
  }
}
