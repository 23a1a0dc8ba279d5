package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Identifier;
import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A path of a server for plain WebSockets: text and binary as they come, without rooms, types or
 * sessions. Define it, give it to one {@link Server}. Defining is confined to one thread and ends
 * when the server starts; what follows is thread-safe.
 *
 * <p>Handlers run on virtual threads, one at a time and in order for each connection; they may
 * block. What one throws goes to {@code onError}, and closes its connection with 1011.
 */
public final class RawEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(RawEndpoint.class);

  private final Identity identity = new Identity();
  private final Map<String, RawConnection> connections = new ConcurrentHashMap<>();
  private final Census census = new Census();
  private List<String> subprotocols = List.of();
  private final WebSocketOptions.Builder wanted =
      WebSocketOptions.builder().heartbeat(Heartbeat.DEFAULT);
  private WebSocketOptions options = wanted.build();
  private int maxConnectionsPerUser = 100;
  private int maxConnectionsPerAddress = 100_000;
  private final Handlers handlers = new Handlers();
  private @Nullable String path;

  /** What is called; null for nothing. */
  static final class Handlers {
    @Nullable Consumer<RawPeer> open;
    @Nullable BiConsumer<RawPeer, String> text;
    @Nullable BiConsumer<RawPeer, byte[]> binary;
    @Nullable BiConsumer<RawPeer, byte[]> ping;
    @Nullable BiConsumer<RawPeer, byte[]> pong;
    @Nullable CloseHandler close;
    BiConsumer<RawPeer, Throwable> error =
        (peer, failure) -> LOG.error("a handler failed for {}", peer, failure);

    private Handlers() {}
  }

  /** Sees connections end. */
  @FunctionalInterface
  public interface CloseHandler {
    /** The connection has ended; called once, last. */
    void closed(RawPeer peer, int code, String reason, boolean clean);
  }

  private RawEndpoint() {}

  /** An endpoint that does nothing yet. */
  public static RawEndpoint create() {
    return new RawEndpoint();
  }

  /** Called for each connection, before its first message. */
  public RawEndpoint onOpen(Consumer<RawPeer> handler) {
    return set(() -> handlers.open = handler);
  }

  /** Called for each text message, whole. Without it text closes the connection with 1003. */
  public RawEndpoint onText(BiConsumer<RawPeer, String> handler) {
    return set(() -> handlers.text = handler);
  }

  /** Called for each binary message, whole. Without it binary closes the connection with 1003. */
  public RawEndpoint onBinary(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> handlers.binary = handler);
  }

  /** Called for each ping; it has been answered already. */
  public RawEndpoint onPing(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> handlers.ping = handler);
  }

  /** Called for each pong. */
  public RawEndpoint onPong(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> handlers.pong = handler);
  }

  /** Called once for each connection, last. */
  public RawEndpoint onClose(CloseHandler handler) {
    return set(() -> handlers.close = handler);
  }

  /** Called with what a handler threw, instead of a line in the log. */
  public RawEndpoint onError(BiConsumer<RawPeer, Throwable> handler) {
    return set(() -> handlers.error = handler);
  }

  /** Who a connection belongs to, and whether it may be. Default: a guest with a random name. */
  public RawEndpoint identify(Identifier identifier) {
    return set(() -> identity.identifier(identifier));
  }

  /**
   * The subprotocols spoken here, most wanted first. A client that offers others only is refused
   * with 400; one that offers none is taken. Default: none.
   */
  public RawEndpoint subprotocols(String... names) {
    return set(() -> subprotocols = List.of(names));
  }

  /** Largest message taken, in bytes, in one frame or many. Default 1 MiB; beyond it 1009. */
  public RawEndpoint maxMessageBytes(int bytes) {
    return set(() -> options = wanted.maxMessageBytes(bytes).maxFrameBytes(bytes).build());
  }

  /**
   * Most bytes that wait to be written to one connection. Default 1 MiB; beyond it a send is
   * refused.
   */
  public RawEndpoint maxPendingBytes(int bytes) {
    return set(() -> options = wanted.maxPendingBytes(bytes).build());
  }

  /** When to ping and when to give up. Default 25 s and 10 s. */
  public RawEndpoint heartbeat(Duration interval, Duration timeout) {
    return set(() -> options = wanted.heartbeat(new Heartbeat(interval, timeout)).build());
  }

  /** Accepts permessage-deflate (RFC 7692) from clients that offer it. Default: refused. */
  public RawEndpoint deflate(Deflate how) {
    return set(() -> options = wanted.deflate(how).build());
  }

  /** Has messages to one connection wait for each other. Default: they leave at once. */
  public RawEndpoint batching(Batching how) {
    return set(() -> options = wanted.batching(how).build());
  }

  /** Most connections of one user. Default 100; beyond it HTTP 429. */
  public RawEndpoint maxConnectionsPerUser(int connections) {
    return set(() ->
        maxConnectionsPerUser =
            Settings.within("maxConnectionsPerUser", connections, 1, Integer.MAX_VALUE));
  }

  /** Most connections from one address. Default 100,000; beyond it HTTP 429. */
  public RawEndpoint maxConnectionsPerAddress(int connections) {
    return set(() ->
        maxConnectionsPerAddress =
            Settings.within("maxConnectionsPerAddress", connections, 1, Integer.MAX_VALUE));
  }

  private RawEndpoint set(Runnable change) {
    if (path != null) {
      throw new IllegalStateException(
          "endpoint " + path + ": in use already (expected: defined before the server starts)");
    }
    change.run();
    return this;
  }

  /** Who is connected now: a snapshot. */
  public List<RawPeer> peers() {
    return connections.values().stream().map(RawConnection::peer).toList();
  }

  /** The connection of that id. */
  public Optional<RawPeer> peer(String id) {
    return Optional.ofNullable(connections.get(id)).map(RawConnection::peer);
  }

  /** The connections of a user: a snapshot. */
  public List<RawPeer> peersOf(String user) {
    return peers().stream().filter(peer -> peer.user().equals(user)).toList();
  }

  void start(String newPath) {
    set(() -> path = newPath);
  }

  String path() {
    return String.valueOf(path);
  }

  Handlers handlers() {
    return handlers;
  }

  Identity identity() {
    return identity;
  }

  List<String> spoken() {
    return subprotocols;
  }

  WebSocketOptions options() {
    return options;
  }

  Census census() {
    return census;
  }

  int maxConnectionsPerUser() {
    return maxConnectionsPerUser;
  }

  int maxConnectionsPerAddress() {
    return maxConnectionsPerAddress;
  }

  Collection<RawConnection> connections() {
    return connections.values();
  }

  void add(RawConnection connection) {
    connections.put(connection.peer().id(), connection);
    census.enter(connection.peer().user(), Router.address(connection.peer().request()));
  }

  /** The connection has ended. */
  void remove(RawConnection connection) {
    connections.remove(connection.peer().id());
  }

  /** The connection has ended, and so has what its handlers did. */
  void finished(RawConnection connection) {
    census.leave(connection.peer().user(), Router.address(connection.peer().request()));
  }

  /** For tests: what is held. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("peers", connections.size());
    sizes.put("open", census.open());
    return sizes;
  }
}
