package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.Verbs;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.EndpointRuntime;
import dev.switchboard.server.session.PeerRequests;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.transport.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The client at the other end of a connection, as handlers see it. Thread-safe.
 *
 * @param <M> the endpoint's messages
 */
public final class Peer<M> {
  private final Connection connection;
  private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

  Peer(Connection connection) {
    this.connection = connection;
  }

  /**
   * Returns the connection's user. A guest's name changes once, if the client returns to an earlier
   * session.
   */
  public String user() {
    return connection.session().user();
  }

  /**
   * Returns the authenticated user, as given by {@code identify} or {@code authenticate}; empty for
   * a guest. Changes when the client renews its token.
   */
  public Optional<AuthenticatedUser> authenticated() {
    return Optional.ofNullable(connection.identified());
  }

  /** Returns the id of the session, which survives reconnects. The id is not a secret. */
  public String session() {
    return connection.session().id();
  }

  /** Returns the upgrade request: path, query, headers and remote address. */
  public HttpRequest request() {
    return connection.request();
  }

  /** Returns the values of the path's parameters. */
  public Map<String, String> parameters() {
    return connection.parameters();
  }

  /** Returns the rooms that the session is in. */
  public List<String> rooms() {
    return connection.session().rooms();
  }

  /**
   * Returns a thread-safe map for the application's own data about this connection. It is discarded
   * with the connection.
   */
  public Map<String, Object> attributes() {
    return attributes;
  }

  /** Returns a room to publish to as this user. The session need not be in the room. */
  public Destination<M> room(String name) {
    return destination(Address.room(name));
  }

  /** Returns a user's inbox to publish to as this user. */
  public Destination<M> user(String name) {
    return destination(Address.user(name));
  }

  private Destination<M> destination(Address address) {
    return new Destination<>(
        connection.endpoint().protocol(), connection::endpoint, address, user());
  }

  /**
   * Returns this user's own inbox, to publish to as this user. Every connection of the user gets
   * the message, now or when it returns.
   */
  public Destination<M> inbox() {
    return user(user());
  }

  /**
   * Sends a fleeting message to this connection only. It is not stored in a log: if the connection
   * is lost, so is the message. It is not dropped for a slow client; see {@link
   * Endpoint#maxPendingBytes}. For messages that must arrive, use the {@link #inbox} or {@link
   * #request(Request)}.
   *
   * @throws IllegalArgumentException if the type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}
   * @throws dev.switchboard.protocol.RefusedException {@code too_large} if the message exceeds half
   *     of {@link Endpoint#maxPendingBytes}
   */
  public void fleeting(M message) {
    EndpointRuntime endpoint = connection.endpoint();
    connection.answer(
        ServerMessages.message(
            Verbs.requireFleeting(endpoint.protocol().typeOf(message), "inbox().publish").name(),
            endpoint.context().timestamp(),
            endpoint.sizes().sent(message)));
  }

  /**
   * Sends a request to the client, with a timeout of 30 seconds. Otherwise like {@link
   * #request(Request, Duration)}.
   */
  public <R extends Record> CompletionStage<R> request(Request<R> request) {
    return request(request, Duration.ofSeconds(30));
  }

  /**
   * Sends a request to the client and completes with its reply. The request belongs to the session:
   * if the connection is lost, the request is sent again on the next one, and the client's replier
   * is still called only once. If the client returns with a new session, the request fails when the
   * old session ends.
   *
   * <p>The stage fails with {@link dev.switchboard.protocol.RefusedException}: with the client's
   * own code if it refused ({@code unknown_type} if it has no replier), with {@code timeout} if it
   * did not reply in time (it may still have done the work), with {@code unavailable} if the
   * session has ended or if 100 requests or half of {@link Endpoint#maxPendingBytes} are waiting
   * already, or with {@code too_large} if the request alone exceeds that. It fails with {@link
   * dev.switchboard.protocol.InvalidMessageException} if the reply is not valid. It completes on
   * any thread, where continuations must not block; a handler may wait for it. Cancelling its
   * future ends the waiting, but the client is not told.
   *
   * @param timeout a positive duration
   * @throws IllegalArgumentException if the request is not one of the endpoint's messages
   */
  public <R extends Record> CompletionStage<R> request(Request<R> request, Duration timeout) {
    return PeerRequests.ask(connection.endpoint(), connection.session(), request, timeout);
  }

  /**
   * Closes the connection.
   *
   * @param reason truncated to 123 bytes of UTF-8, at a character boundary
   * @throws IllegalArgumentException if the code may not be sent ({@link
   *     CloseCode#requireSendable})
   */
  public void close(int code, String reason) {
    CloseCode.requireSendable(code);
    connection.onLoop(() -> connection.close(code, reason));
  }

  @Override
  public String toString() {
    return connection.session().toString();
  }
}
