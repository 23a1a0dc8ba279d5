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
 * The other end of one connection, as handlers see it. Thread-safe.
 *
 * @param <M> the endpoint's messages
 */
public final class Peer<M> {
  private final Connection connection;
  private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

  Peer(Connection connection) {
    this.connection = connection;
  }

  /** Whose it is. A guest's name changes once, if the client comes back to a former session. */
  public String user() {
    return connection.session().user();
  }

  /**
   * The user that its client has proved to be, as {@code identify} or {@code authenticate} said;
   * empty for a guest. It changes when the client renews its token.
   */
  public Optional<AuthenticatedUser> authenticated() {
    return Optional.ofNullable(connection.identified());
  }

  /** The id of its session, which survives a reconnect. Not a secret. */
  public String session() {
    return connection.session().id();
  }

  /** The request that was upgraded: path, query, headers, remote address. */
  public HttpRequest request() {
    return connection.request();
  }

  /** The values of the path's parameters. */
  public Map<String, String> parameters() {
    return connection.parameters();
  }

  /** The rooms that its session is in. */
  public List<String> rooms() {
    return connection.session().rooms();
  }

  /** Whatever the users' code wants to remember of this connection. Gone with it. */
  public Map<String, Object> attributes() {
    return attributes;
  }

  /** Publishes to a room in this user's name. The session need not be in the room. */
  public Destination<M> room(String name) {
    return destination(Address.room(name));
  }

  /** Publishes to another user's inbox in this user's name. */
  public Destination<M> user(String name) {
    return destination(Address.user(name));
  }

  private Destination<M> destination(Address address) {
    return new Destination<>(
        connection.endpoint().protocol(), connection::endpoint, address, user());
  }

  /**
   * Publishes to this user's inbox, from server code: each connection of the user gets the message,
   * now or when it comes back.
   */
  public Destination<M> inbox() {
    return user(user());
  }

  /**
   * Sends a fleeting message to this connection only. It is in no log: if the connection is lost,
   * so is the message. It is not dropped for a slow client; see {@link Endpoint#maxPendingBytes}.
   * What must arrive goes to the {@link #inbox}, or is a {@link #request(Request)}.
   *
   * @throws IllegalArgumentException if its type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}
   * @throws dev.switchboard.protocol.RefusedException {@code too_large} if it has more than half of
   *     {@link Endpoint#maxPendingBytes}
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
   * Asks the client, and waits up to 30 seconds for its answer; see {@link #request(Request,
   * Duration)}.
   */
  public <R extends Record> CompletionStage<R> request(Request<R> request) {
    return request(request, Duration.ofSeconds(30));
  }

  /**
   * Asks the client. The question belongs to the session: if the connection is lost, it is asked
   * again on the next one, and the client's handler is called once all the same. A question to a
   * client that comes back as a new session fails when the old one ends.
   *
   * <p>The stage fails with {@link dev.switchboard.protocol.RefusedException}: with the client's
   * own code if it refused ({@code unknown_type} if it has no handler), {@code timeout} if it did
   * not answer in time (it may still have done what it was asked), {@code unavailable} if the
   * session is over, or 100 questions or half of {@link Endpoint#maxPendingBytes} wait already,
   * {@code too_large} if it has more than that by itself; or with {@link
   * dev.switchboard.protocol.InvalidMessageException} if the reply is not valid. It completes on
   * any thread, where nothing may block; a handler may wait for it. Cancelling its future ends the
   * waiting; the client is not told.
   *
   * @param timeout positive
   * @throws IllegalArgumentException if the request is not one of the endpoint's messages
   */
  public <R extends Record> CompletionStage<R> request(Request<R> request, Duration timeout) {
    return PeerRequests.ask(connection.endpoint(), connection.session(), request, timeout);
  }

  /**
   * Closes the connection.
   *
   * @param reason cut to 123 bytes of UTF-8, between characters
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
