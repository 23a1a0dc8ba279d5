package dev.switchboard.server;

import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.PreparedMessages;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * block. With {@link #handlersOnEventLoop} they run on the connection's event loop instead, in the
 * same order, and must not block. What one throws goes to {@code onError}, and closes its
 * connection with 1011. There is one handler of each kind; a second one is refused with {@link
 * IllegalStateException}.
 */
public final class RawEndpoint extends EndpointOptions<RawEndpoint> {
  private static final Logger LOG = LoggerFactory.getLogger(RawEndpoint.class);

  private final RawRegistry connections = new RawRegistry();
  private final Map<EventLoop, RawGroup> groups = new ConcurrentHashMap<>(4);
  private final ConnectionCounts connectionCounts = new ConnectionCounts();
  private final Handlers handlers = new Handlers();
  private List<String> subprotocols = List.of();
  private boolean endsIdle;
  private long idleSweepAt; // confined to whoever ticks

  /** What is called; null for nothing. */
  static final class Handlers {
    @Nullable Consumer<RawPeer> open;
    @Nullable BiConsumer<RawPeer, String> text;
    @Nullable BiConsumer<RawPeer, byte[]> binary;
    @Nullable BiConsumer<RawPeer, RawView> view;
    @Nullable BiConsumer<RawPeer, byte[]> ping;
    @Nullable BiConsumer<RawPeer, byte[]> pong;
    @Nullable CloseHandler close;
    final List<RawInterceptor> interceptors = new ArrayList<>(0);
    @Nullable BiConsumer<RawPeer, Throwable> error;

    private Handlers() {}
  }

  /** Sees connections end. */
  @FunctionalInterface
  public interface CloseHandler {
    /** The connection has ended; called once, last. */
    void closed(RawPeer peer, int code, String reason, boolean clean);
  }

  private RawEndpoint() {
    super(Settings.raw());
  }

  /** An endpoint that does nothing yet. */
  public static RawEndpoint create() {
    return new RawEndpoint();
  }

  /** Called for each connection, before its first message. */
  public RawEndpoint onOpen(Consumer<RawPeer> handler) {
    return set(() -> handlers.open = once("onOpen", handlers.open, handler));
  }

  /**
   * Called for each text message, whole. Without it text goes to {@link #onView}; without either it
   * closes the connection with 1003.
   */
  public RawEndpoint onText(BiConsumer<RawPeer, String> handler) {
    return set(() -> handlers.text = once("onText", handlers.text, handler));
  }

  /**
   * Called for each binary message, whole. Without it binary goes to {@link #onView}; without
   * either it closes the connection with 1003.
   */
  public RawEndpoint onBinary(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> handlers.binary = once("onBinary", handlers.binary, handler));
  }

  /**
   * Called for each message, whole, that has no handler of its kind. The view is valid until the
   * handler returns; with {@link #handlersOnEventLoop} it is of the bytes as they were received.
   */
  public RawEndpoint onView(BiConsumer<RawPeer, RawView> handler) {
    return set(() -> handlers.view = once("onView", handlers.view, handler));
  }

  /** Called for each ping; it has been answered already. */
  public RawEndpoint onPing(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> handlers.ping = once("onPing", handlers.ping, handler));
  }

  /** Called for each pong. */
  public RawEndpoint onPong(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> handlers.pong = once("onPong", handlers.pong, handler));
  }

  /** Called once for each connection, last. */
  public RawEndpoint onClose(CloseHandler handler) {
    return set(() -> handlers.close = once("onClose", handlers.close, handler));
  }

  /** Called with what a handler threw, instead of a line in the log. */
  public RawEndpoint onError(BiConsumer<RawPeer, Throwable> handler) {
    return set(() -> handlers.error = once("onError", handlers.error, handler));
  }

  /** Puts an interceptor inside those given before. Default: none. */
  public RawEndpoint intercept(RawInterceptor interceptor) {
    return set(() -> handlers.interceptors.add(interceptor));
  }

  /**
   * The subprotocols spoken here, most wanted first. A client that offers others only is refused
   * with 400; one that offers none is taken. Default: none.
   */
  public RawEndpoint subprotocols(String... names) {
    return set(() -> subprotocols = List.of(names));
  }

  /** As {@link #heartbeat(Heartbeat)}. */
  public RawEndpoint heartbeat(Duration interval, Duration timeout) {
    return heartbeat(new Heartbeat(interval, timeout));
  }

  /** Who is connected now: a snapshot. */
  public List<RawPeer> peers() {
    return connections.all().stream().map(RawConnection::peer).toList();
  }

  /** The connection of that id. */
  public Optional<RawPeer> peer(String id) {
    return Optional.ofNullable(connections.find(id)).map(RawConnection::peer);
  }

  /** The connections of a user: a snapshot. */
  public List<RawPeer> peersOf(String user) {
    return peers().stream().filter(peer -> peer.user().equals(user)).toList();
  }

  /**
   * Sends a message to every connection of this endpoint, framed once for all. Of one thread's
   * broadcasts each connection gets the later one later. A connection for which more than {@code
   * maxPendingBytes} would wait is closed with 4008, as it would miss the message. Thread-safe;
   * does not wait.
   *
   * @return false, and nobody gets it, if more than {@code maxPendingBytes} would wait to be handed
   *     to the connections of an event loop
   */
  public boolean broadcast(RawView message) {
    return broadcast(message.prepared());
  }

  /** Sends text to every connection of this endpoint; as {@link #broadcast(RawView)}. */
  public boolean broadcast(String text) {
    return broadcast(PreparedMessages.text(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Sends binary to every connection of this endpoint; as {@link #broadcast(RawView)}. */
  public boolean broadcast(byte[] bytes) {
    return broadcast(PreparedMessages.binary(bytes));
  }

  private boolean broadcast(Prepared message) {
    try {
      int room = settings().maxPendingBytes() - message.payloadBytes();
      for (RawGroup group : groups.values()) {
        if (group.waiting() > room) {
          context().meter().limit(Limit.PENDING_BYTES);
          return false;
        }
      }
      groups.values().forEach(group -> group.send(message));
      return true;
    } finally {
      message.release();
    }
  }

  // What follows is for this package.

  void start(String path, Time time, Meter meter) {
    EndpointContext unused = begin(path, time, meter);
    endsIdle = !settings().idleTimeout().isZero();
  }

  @Override
  RawEndpoint self() {
    return this;
  }

  /** A handler has failed. */
  void failed(RawPeer peer, Throwable failure) {
    BiConsumer<RawPeer, Throwable> told = handlers.error;
    if (told != null) {
      told.accept(peer, failure);
    } else {
      LOG.error("{}: a handler failed for {}", context().path(), peer, failure);
    }
  }

  Handlers handlers() {
    return handlers;
  }

  List<String> spoken() {
    return subprotocols;
  }

  boolean endsIdle() {
    return endsIdle;
  }

  /** The connections on that loop. */
  RawGroup group(EventLoop loop) {
    return Objects.requireNonNull(
        groups.computeIfAbsent(
            loop,
            key ->
                new RawGroup(
                    key, context().meter(), threads().onLoop() ? threads().watchdog() : null)));
  }

  ConnectionCounts connectionCounts() {
    return connectionCounts;
  }

  void endIdle(long now) {
    long timeout = settings().idleTimeout().toMillis();
    if (timeout > 0 && (now - idleSweepAt) * 8 >= timeout) {
      idleSweepAt = now;
      connections.all().forEach(connection -> connection.endIfIdle(now - timeout));
    }
  }

  Collection<RawConnection> connections() {
    return connections.all();
  }

  void add(RawConnection connection) {
    connections.add(connection);
  }

  RawRegistry registry() {
    return connections;
  }

  /** The connection has ended. */
  void remove(RawConnection connection) {
    connections.remove(connection);
  }

  /** The connection has ended, and so has what its handlers did. */
  void finished(RawConnection connection) {
    connectionCounts.leave(
        connection.peer().identified(), ConnectionCounts.address(connection.peer().request()));
  }

  /** For tests: what is held. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("peers", connections.size());
    sizes.put("open", connectionCounts.open());
    return sizes;
  }
}
