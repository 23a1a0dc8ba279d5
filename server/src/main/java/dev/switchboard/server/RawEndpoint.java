package dev.switchboard.server;

import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.raw.RawConnection;
import dev.switchboard.server.raw.RawHub;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.PreparedMessages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint for plain WebSockets, with text and binary messages but without rooms, types or
 * sessions. Define it and give it to one {@link Server}. Definition is confined to one thread and
 * ends when the server starts; the other methods are thread-safe.
 *
 * <p>Handlers run on virtual threads, one at a time and in order for each connection. They may
 * block. With {@link #handlersOnEventLoop} they run on the connection's event loop instead, in the
 * same order, and must not block. If one throws, the exception goes to {@code onError} and the
 * connection is closed with 1011. There is one handler of each kind; setting a second one throws
 * {@link IllegalStateException}.
 */
public final class RawEndpoint extends EndpointOptions<RawEndpoint> {
  private final RawReactions reactions = new RawReactions();
  private List<String> subprotocols = List.of(); // set until the server starts, then only read
  private @Nullable RawHub hub; // set once, when the server starts; null until then

  /** Called when connections end. */
  @FunctionalInterface
  public interface CloseHandler {
    /** Called when the connection has ended; once for each connection, and last. */
    void closed(RawPeer peer, int code, String reason, boolean clean);
  }

  private RawEndpoint() {
    super(1 << 20, 0, false); // no minimum: a send that does not fit is refused
  }

  /** Creates an endpoint without handlers. */
  public static RawEndpoint create() {
    return new RawEndpoint();
  }

  /** Sets the handler that is called for each connection, before its first message. */
  public RawEndpoint onOpen(Consumer<RawPeer> handler) {
    return set(() -> reactions.open = once("onOpen", reactions.open, handler));
  }

  /**
   * Sets the handler for complete text messages. Without one, text goes to {@link #onView}; without
   * either, text closes the connection with 1003.
   */
  public RawEndpoint onText(BiConsumer<RawPeer, String> handler) {
    return set(() -> reactions.text = once("onText", reactions.text, handler));
  }

  /**
   * Sets the handler for complete binary messages. Without one, they go to {@link #onView}; without
   * either, a binary message closes the connection with 1003.
   */
  public RawEndpoint onBinary(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> reactions.binary = once("onBinary", reactions.binary, handler));
  }

  /**
   * Sets the handler for complete messages, of either kind, that have no handler of their own. The
   * view is valid until the handler returns. With {@link #handlersOnEventLoop}, it shows the
   * received bytes without copying them.
   */
  public RawEndpoint onView(BiConsumer<RawPeer, RawView> handler) {
    return set(() -> reactions.view = once("onView", reactions.view, handler));
  }

  /** Sets the handler for pings. They have been answered already. */
  public RawEndpoint onPing(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> reactions.ping = once("onPing", reactions.ping, handler));
  }

  /** Sets the handler for pongs. */
  public RawEndpoint onPong(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> reactions.pong = once("onPong", reactions.pong, handler));
  }

  /** Sets the handler that is called once for each connection, last. */
  public RawEndpoint onClose(CloseHandler handler) {
    return set(() -> reactions.close = once("onClose", reactions.close, handler));
  }

  /** Sets the handler for exceptions thrown by other handlers, which are logged by default. */
  public RawEndpoint onError(BiConsumer<RawPeer, Throwable> handler) {
    return set(() -> reactions.error = once("onError", reactions.error, handler));
  }

  /** Adds an interceptor inside those already added. There are none by default. */
  public RawEndpoint intercept(RawInterceptor interceptor) {
    return set(() -> reactions.interceptors.add(interceptor));
  }

  /**
   * Sets the supported subprotocols, in order of preference. A client that offers only others is
   * refused with 400; one that offers none is accepted. None by default.
   */
  public RawEndpoint subprotocols(String... names) {
    return set(() -> subprotocols = List.of(names));
  }

  /** Like {@link #heartbeat(Heartbeat)}. */
  public RawEndpoint heartbeat(Duration interval, Duration timeout) {
    return heartbeat(new Heartbeat(interval, timeout));
  }

  /** Returns a snapshot of all connections. */
  public List<RawPeer> peers() {
    return hub == null ? List.of() : hub.connections().stream().map(RawReactions::peerOf).toList();
  }

  /** Returns the connection with that id; empty if there is none. */
  public Optional<RawPeer> peer(String id) {
    RawConnection found = hub == null ? null : hub.find(id);
    return Optional.ofNullable(found).map(RawReactions::peerOf);
  }

  /** Returns a snapshot of a user's connections. */
  public List<RawPeer> peersOf(String user) {
    return peers().stream().filter(peer -> peer.user().equals(user)).toList();
  }

  /**
   * Sends a message to every connection of this endpoint, framed only once. Each connection
   * receives the broadcasts of one thread in order. A connection for which more than {@code
   * maxPendingBytes} would be waiting is closed with 4008, as it would miss the message.
   * Thread-safe; returns at once.
   *
   * @return false, and the message is sent to nobody, if more than {@code maxPendingBytes} would be
   *     waiting for an event loop
   */
  public boolean broadcast(RawView message) {
    return broadcast(message.prepared());
  }

  /**
   * Sends text to every connection of this endpoint; otherwise like {@link #broadcast(RawView)}.
   */
  public boolean broadcast(String text) {
    return broadcast(PreparedMessages.text(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Sends a binary message to every connection of this endpoint; otherwise like {@link
   * #broadcast(RawView)}.
   */
  public boolean broadcast(byte[] bytes) {
    return broadcast(PreparedMessages.binary(bytes));
  }

  private boolean broadcast(Prepared message) {
    RawHub running = hub;
    if (running == null) { // not started, so nobody is connected
      message.release();
      return true;
    }
    return running.broadcast(message);
  }

  // Package-private from here on.

  void start(String path, Services services, Meter meter) {
    EndpointContext started = begin(path, services, meter);
    hub = new RawHub(started, threads(), reactions);
  }

  @Override
  RawEndpoint self() {
    return this;
  }

  /** Returns the supported subprotocols, in order of preference. */
  List<String> spoken() {
    return subprotocols;
  }

  /**
   * Returns what connections share.
   *
   * @throws NullPointerException if the server has not started
   */
  RawHub hub() {
    return started(hub);
  }

  /** Returns the numbers of connections held. For tests. */
  Map<String, Integer> sizes() {
    return hub == null ? Map.of("peers", 0, "open", 0) : hub.sizes();
  }
}
