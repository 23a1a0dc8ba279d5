package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.internal.Answers;
import dev.switchboard.transport.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The other end of one connection, as handlers see it. Thread-safe.
 *
 * @param <M> the endpoint's messages
 */
public final class Peer<M> {
  private final Endpoint<M> endpoint;
  private final Connection connection;
  private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

  Peer(Endpoint<M> endpoint, Connection connection) {
    this.endpoint = endpoint;
    this.connection = connection;
  }

  /** Whose it is. */
  public String user() {
    return connection.session().user();
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
    return new Destination<>(endpoint, Address.room(name), user());
  }

  /** Publishes to another user's inbox in this user's name. */
  public Destination<M> user(String name) {
    return new Destination<>(endpoint, Address.user(name), user());
  }

  /**
   * Sends a message to this connection only. It is in no log: if the connection is lost, so is the
   * message.
   */
  public void send(M message) {
    byte[] json =
        Answers.message(
            endpoint.protocol().typeOf(message).name(),
            endpoint.clock().millis(),
            endpoint.protocol().encode(message));
    connection.onLoop(() -> connection.send(json));
  }

  /**
   * Closes the connection.
   *
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
