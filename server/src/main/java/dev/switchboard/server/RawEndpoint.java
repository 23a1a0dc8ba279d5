package dev.switchboard.server;

import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Time;
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
  private final RawReactions reactions = new RawReactions();
  private List<String> subprotocols = List.of();
  private @Nullable RawHub hub; // null until the server starts

  /** Sees connections end. */
  @FunctionalInterface
  public interface CloseHandler {
    /** The connection has ended; called once, last. */
    void closed(RawPeer peer, int code, String reason, boolean clean);
  }

  private RawEndpoint() {
    super(1 << 20, 0, false); // a connection is refused what does not fit
  }

  /** An endpoint that does nothing yet. */
  public static RawEndpoint create() {
    return new RawEndpoint();
  }

  /** Called for each connection, before its first message. */
  public RawEndpoint onOpen(Consumer<RawPeer> handler) {
    return set(() -> reactions.open = once("onOpen", reactions.open, handler));
  }

  /**
   * Called for each text message, whole. Without it text goes to {@link #onView}; without either it
   * closes the connection with 1003.
   */
  public RawEndpoint onText(BiConsumer<RawPeer, String> handler) {
    return set(() -> reactions.text = once("onText", reactions.text, handler));
  }

  /**
   * Called for each binary message, whole. Without it binary goes to {@link #onView}; without
   * either it closes the connection with 1003.
   */
  public RawEndpoint onBinary(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> reactions.binary = once("onBinary", reactions.binary, handler));
  }

  /**
   * Called for each message, whole, that has no handler of its kind. The view is valid until the
   * handler returns; with {@link #handlersOnEventLoop} it is of the bytes as they were received.
   */
  public RawEndpoint onView(BiConsumer<RawPeer, RawView> handler) {
    return set(() -> reactions.view = once("onView", reactions.view, handler));
  }

  /** Called for each ping; it has been answered already. */
  public RawEndpoint onPing(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> reactions.ping = once("onPing", reactions.ping, handler));
  }

  /** Called for each pong. */
  public RawEndpoint onPong(BiConsumer<RawPeer, byte[]> handler) {
    return set(() -> reactions.pong = once("onPong", reactions.pong, handler));
  }

  /** Called once for each connection, last. */
  public RawEndpoint onClose(CloseHandler handler) {
    return set(() -> reactions.close = once("onClose", reactions.close, handler));
  }

  /** Called with what a handler threw, instead of a line in the log. */
  public RawEndpoint onError(BiConsumer<RawPeer, Throwable> handler) {
    return set(() -> reactions.error = once("onError", reactions.error, handler));
  }

  /** Puts an interceptor inside those given before. Default: none. */
  public RawEndpoint intercept(RawInterceptor interceptor) {
    return set(() -> reactions.interceptors.add(interceptor));
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
    return hub == null ? List.of() : hub.connections().stream().map(RawReactions::peerOf).toList();
  }

  /** The connection of that id. */
  public Optional<RawPeer> peer(String id) {
    RawConnection found = hub == null ? null : hub.find(id);
    return Optional.ofNullable(found).map(RawReactions::peerOf);
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
    RawHub running = hub;
    if (running == null) { // nobody is here
      message.release();
      return true;
    }
    return running.broadcast(message);
  }

  // What follows is for this package.

  void start(String path, Time time, Meter meter) {
    EndpointContext started = begin(path, time, meter);
    hub = new RawHub(started, threads(), reactions);
  }

  @Override
  RawEndpoint self() {
    return this;
  }

  List<String> spoken() {
    return subprotocols;
  }

  /** What its connections share. */
  RawHub hub() {
    return started(hub);
  }

  /** For tests: what is held. */
  Map<String, Integer> sizes() {
    return hub == null ? Map.of("peers", 0, "open", 0) : hub.sizes();
  }
}
