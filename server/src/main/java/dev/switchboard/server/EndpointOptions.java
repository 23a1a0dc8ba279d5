package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Identifier;
import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.channel.EventLoop;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every endpoint lets you choose, typed or raw. Confined to one thread, until the server
 * starts; then it is fixed.
 *
 * @param <E> the endpoint
 */
public abstract sealed class EndpointOptions<E extends EndpointOptions<E>>
    permits Endpoint, RawEndpoint {
  private final Settings settings;
  private final Identity identity = new Identity();
  private final Map<EventLoop, Executor> threads = new ConcurrentHashMap<>(4);
  private Function<EventLoop, Executor> newThreads = BatchedThreadStarter::new;
  private boolean onLoop;
  private @Nullable String path;
  private Meter meter = Meter.NONE;
  private Time time = Time.system();
  private @Nullable HandlerWatchdog watchdog;
  private @Nullable WebSocketOptions webSocket;

  EndpointOptions(Settings settings) {
    this.settings = settings;
  }

  /**
   * Who a connection belongs to, and whether it may be. Default: a guest with a name that no other
   * has had, who is the same guest again when the client comes back to its session. The last one
   * given counts. Runs on a virtual thread and may block.
   */
  public E identify(Identifier identifier) {
    return set(() -> identity.identifier(identifier));
  }

  /**
   * Largest message taken, in bytes, in one frame or many. Default 64 KiB, raw 1 MiB; a larger one
   * closes the connection with 1009. What is published must not be larger in any other encoding
   * either, or it is refused with {@code too_large}.
   */
  public E maxMessageBytes(int bytes) {
    return set(() -> settings.maxMessageBytes(bytes));
  }

  /**
   * Most bytes that wait to be written to one connection. Default 1 MiB. Typed: log entries beyond
   * half of it wait in the log, anything beyond all of it closes with 4008; a message of server
   * code may have half of it in any encoding, or what a client's may have if that is more, and at
   * most 16 MiB. Raw: a send beyond it is refused.
   */
  public E maxPendingBytes(int bytes) {
    return set(() -> settings.maxPendingBytes(bytes));
  }

  /** Accepts permessage-deflate (RFC 7692) from clients that offer it. Default: refused. */
  public E deflate(Deflate how) {
    return set(() -> settings.deflate(how));
  }

  /** Has messages to one connection wait for each other. Default: they leave at once. */
  public E batching(Batching how) {
    return set(() -> settings.batching(how));
  }

  /** When to ping and when to give up. Default 25 s and 10 s. */
  public E heartbeat(Heartbeat heartbeat) {
    return set(() -> settings.heartbeat(heartbeat));
  }

  /**
   * Ends connections whose client has said nothing for so long, with 1008. Pings, pongs and the
   * {@code ping} message of browsers do not count as saying something, nor does what is sent to the
   * client. Default: never. Checked about eight times within the timeout.
   */
  public E idleTimeout(Duration timeout) {
    return set(() -> settings.idleTimeout(timeout));
  }

  /**
   * A handler, hook or interceptor that has not returned for so long is reported: a line in the log
   * with its thread's stack, one more with the time it took when it returns, and {@link
   * ServerMetrics#handlerStuck}. It is not interrupted. Default 10 seconds.
   */
  public E stuckAfter(Duration limit) {
    return set(() -> settings.stuckAfter(limit));
  }

  /**
   * Runs every handler, hook and interceptor of this endpoint on the connection's event loop, at
   * once and in order: the least that a message can cost. They must not block, nor compute for
   * long: every connection of that loop waits for them, those of other endpoints too. One that does
   * is reported like any that does not return ({@link #stuckAfter}). {@code identify} may block all
   * the same. Default: on virtual threads.
   */
  public E handlersOnEventLoop() {
    return set(() -> onLoop = true);
  }

  /** Most connections of one user. Default 100; beyond it HTTP 429. */
  public E maxConnectionsPerUser(int connections) {
    return set(() -> settings.maxConnectionsPerUser(connections));
  }

  /**
   * Most connections from one address, as the socket shows it: a proxy is one address. Default
   * 100,000; beyond it HTTP 429.
   */
  public E maxConnectionsPerAddress(int connections) {
    return set(() -> settings.maxConnectionsPerAddress(connections));
  }

  // What follows is for this package.

  abstract E self();

  E set(Runnable change) {
    if (path != null) {
      throw new IllegalStateException(
          "endpoint " + path + ": in use already (expected: defined before the server starts)");
    }
    change.run();
    return self();
  }

  /** For handlers of which there is one: a second one would silently be called instead. */
  static <T> T once(String what, @Nullable T present, T given) {
    if (present != null) {
      throw new IllegalStateException(what + ": there is one already (expected: one)");
    }
    return given;
  }

  void begin(String newPath, Time newTime, Meter newMeter) {
    E unused =
        set(() -> {
          path = newPath;
          time = newTime;
          meter = newMeter;
          watchdog = new HandlerWatchdog(newPath, settings.stuckAfter(), onLoop, newMeter);
          webSocket = settings.webSocket();
        });
  }

  static <T> T started(@Nullable T part) {
    return Objects.requireNonNull(
        part, "endpoint: not started (expected: given to a server that runs)");
  }

  /** What time it is, for timestamps. */
  Clock clock() {
    return time.clock();
  }

  /** Milliseconds since some moment, for intervals. */
  long now() {
    return time.elapsed().getAsLong();
  }

  /** For tests: where handlers run instead of on virtual threads. */
  void threads(Executor others) {
    newThreads = loop -> others;
  }

  /** Runs the handlers of connections on that loop. */
  Executor threads(EventLoop loop) {
    return Objects.requireNonNull(threads.computeIfAbsent(loop, newThreads));
  }

  boolean onLoop() {
    return onLoop;
  }

  HandlerWatchdog watchdog() {
    return started(watchdog);
  }

  /** The same for every connection. */
  WebSocketOptions webSocket() {
    return started(webSocket);
  }

  String path() {
    return String.valueOf(path);
  }

  Meter meter() {
    return meter;
  }

  Settings settings() {
    return settings;
  }

  Identity identity() {
    return identity;
  }
}
