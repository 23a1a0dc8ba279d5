package dev.switchboard.server;

import dev.switchboard.server.handlers.BatchedThreadStarter;
import dev.switchboard.server.handlers.HandlerThreads;
import dev.switchboard.server.handlers.HandlerWatchdog;
import dev.switchboard.server.http.AllowedOrigins;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.ServerMetrics;
import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every endpoint lets you choose, typed or raw. Confined to one thread, until the server
 * starts; then it is fixed.
 *
 * @param <E> the endpoint
 */
public abstract class EndpointOptions<E extends EndpointOptions<E>> {
  private final int least; // of maxPendingBytes, in messages of the largest kind
  private int maxMessageBytes;
  private int maxPendingBytes = 1 << 20;
  private @Nullable Deflate deflate;
  private @Nullable Batching batching;
  private Heartbeat heartbeat = Heartbeat.DEFAULT;
  private Duration idleTimeout = Duration.ZERO; // for never
  private Duration stuckAfter = Duration.ofSeconds(10);
  private int maxConnectionsPerUser = 100;
  private int maxConnectionsPerAddress = 100_000;
  private final Identity identity;
  private AllowedOrigins origins = AllowedOrigins.SAME_HOST;
  private Function<EventLoop, Executor> newThreads = BatchedThreadStarter::new;
  private boolean onLoop;
  private @Nullable EndpointContext context; // what it was started with, if it was
  private @Nullable HandlerThreads threads;

  /**
   * The defaults.
   *
   * @param least how many messages of {@code maxMessageBytes} must fit into {@code maxPendingBytes}
   * @param messages whether a first message may hold the credentials
   */
  EndpointOptions(int maxMessageBytes, int least, boolean messages) {
    this.maxMessageBytes = maxMessageBytes;
    this.least = least;
    this.identity = new Identity(messages);
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
   * Requires every client to prove who it is: by a token in the {@code Authorization: Bearer}
   * header or in a subprotocol {@code switchboard.bearer.TOKEN}, by a code in a subprotocol {@code
   * switchboard.code.CODE}, by a cookie ({@link #cookie}), or, at a typed endpoint, by an {@code
   * authenticate} message within ten seconds. A client that proves nobody is refused with 401, or
   * closed with 4501. When the proof expires the connection is closed with 4001, unless the client
   * has renewed it. The last call counts.
   *
   * @throws IllegalStateException if {@link #identify} was given
   */
  public E authenticate(Authenticator authenticator) {
    return set(() -> identity.authenticator(authenticator));
  }

  /**
   * The name of a cookie that {@link #authenticate} takes credentials from too. Browsers send it
   * unasked, so keep the check of {@link #origins}. Default: none.
   */
  public E cookie(String name) {
    return set(() -> identity.cookie(name));
  }

  /**
   * Lets anybody connect as a guest, as is the default, and says that it is meant: the server does
   * not warn of it when it listens on an address that other machines reach.
   */
  public E guests() {
    return set(identity::wantGuests);
  }

  /**
   * Web pages that may connect, besides those of the server's own host: {@code
   * "https://app.example.com"}. Default: none; a page of another site is refused with 403. Clients
   * that are no browsers send no {@code Origin} and are not concerned. The last call counts.
   *
   * @throws IllegalArgumentException if one is not {@code scheme://host} or {@code
   *     scheme://host:port}
   */
  public E origins(String... allowed) {
    return set(() -> origins = AllowedOrigins.sameHostAnd(List.of(allowed)));
  }

  /**
   * Lets pages of any site connect. They do so with the cookies and from the network of whoever
   * looks at them, so use it only where an endpoint trusts neither.
   */
  public E anyOrigin() {
    return set(() -> origins = AllowedOrigins.ANY);
  }

  /**
   * Largest message taken, in bytes, in one frame or many. Default 64 KiB, raw 1 MiB; a larger one
   * closes the connection with 1009. What is published must not be larger in any other encoding
   * either, or it is refused with {@code too_large}.
   */
  public E maxMessageBytes(int bytes) {
    return set(() -> {
      maxMessageBytes = within("maxMessageBytes", bytes, 128, 64 << 20);
      maxPendingBytes = Math.max(maxPendingBytes, least * bytes);
    });
  }

  /**
   * Most bytes that wait to be written to one connection. Default 1 MiB. Typed: log entries beyond
   * half of it wait in the log, anything beyond all of it closes with 4008; a message of server
   * code may have half of it in any encoding, or what a client's may have if that is more, and at
   * most 16 MiB. Raw: a send beyond it is refused.
   */
  public E maxPendingBytes(int bytes) {
    return set(() -> {
      int lowest = Math.max(1, least * maxMessageBytes);
      require(
          bytes >= lowest,
          "maxPendingBytes",
          bytes,
          "at least " + lowest + ", as maxMessageBytes is " + maxMessageBytes);
      maxPendingBytes = bytes;
    });
  }

  /** Accepts permessage-deflate (RFC 7692) from clients that offer it. Default: refused. */
  public E deflate(Deflate how) {
    return set(() -> deflate = how);
  }

  /** Has messages to one connection wait for each other. Default: they leave at once. */
  public E batching(Batching how) {
    return set(() -> batching = how);
  }

  /** When to ping and when to give up. Default 25 s and 10 s. */
  public E heartbeat(Heartbeat newHeartbeat) {
    return set(() -> heartbeat = newHeartbeat);
  }

  /**
   * Ends connections whose client has said nothing for so long, with 1008. Pings, pongs and the
   * {@code ping} message of browsers do not count as saying something, nor does what is sent to the
   * client. Default: never. Checked about eight times within the timeout.
   */
  public E idleTimeout(Duration timeout) {
    return set(() -> idleTimeout = atLeastOneMilli("idleTimeout", timeout));
  }

  /**
   * A handler, hook or interceptor that has not returned for so long is reported: a line in the log
   * with its thread's stack, one more with the time it took when it returns, and {@link
   * ServerMetrics#handlerStuck}. It is not interrupted. Default 10 seconds.
   */
  public E stuckAfter(Duration limit) {
    return set(() -> stuckAfter = atLeastOneMilli("stuckAfter", limit));
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
    return set(() ->
        maxConnectionsPerUser = within("maxConnectionsPerUser", connections, 1, Integer.MAX_VALUE));
  }

  /**
   * Most connections from one address, as the socket shows it: a proxy is one address. Default
   * 100,000; beyond it HTTP 429.
   */
  public E maxConnectionsPerAddress(int connections) {
    return set(() ->
        maxConnectionsPerAddress =
            within("maxConnectionsPerAddress", connections, 1, Integer.MAX_VALUE));
  }

  // What follows is for this package.

  abstract E self();

  E set(Runnable change) {
    EndpointContext started = context;
    if (started != null) {
      throw new IllegalStateException(
          "endpoint "
              + started.path()
              + ": in use already (expected: defined before the server starts)");
    }
    change.run();
    return self();
  }

  static int within(String name, int value, int least, int most) {
    require(value >= least && value <= most, name, value, least + " to " + most);
    return value;
  }

  static Duration notNegative(String name, Duration value) {
    require(!value.isNegative(), name, value, "not negative");
    return value;
  }

  private static Duration atLeastOneMilli(String name, Duration value) {
    require(value.compareTo(Duration.ofMillis(1)) >= 0, name, value, "1 ms or more");
    return value;
  }

  private static void require(boolean good, String name, Object value, String rule) {
    if (!good) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + rule + ")");
    }
  }

  /** For handlers of which there is one: a second one would silently be called instead. */
  static <T> T once(String what, @Nullable T present, T given) {
    if (present != null) {
      throw new IllegalStateException(what + ": there is one already (expected: one)");
    }
    return given;
  }

  /** The server starts: options are fixed from now on. */
  EndpointContext begin(String path, Time time, Meter meter) {
    EndpointContext started =
        new EndpointContext(path, newSettings(), meter, time, identity.authentication());
    E unused =
        set(() -> {
          context = started;
          threads =
              new HandlerThreads(
                  onLoop, newThreads, new HandlerWatchdog(path, stuckAfter, onLoop, meter));
        });
    return started;
  }

  /** The options count what messages say; what is kept to makes room for their envelopes, too. */
  private Settings newSettings() {
    WebSocketOptions webSocket =
        WebSocketOptions.builder()
            .maxFrameBytes(Math.max(125, maxMessageBytes))
            .maxMessageBytes(maxMessageBytes)
            .maxPendingBytes(maxPendingBytes + least * Settings.ENVELOPE)
            .heartbeat(heartbeat)
            .deflate(deflate)
            .batching(batching)
            .build();
    return new Settings(webSocket, maxConnectionsPerUser, maxConnectionsPerAddress, idleTimeout);
  }

  static <T> T started(@Nullable T part) {
    return Objects.requireNonNull(
        part, "endpoint: not started (expected: given to a server that runs)");
  }

  /** What it was started with. */
  EndpointContext context() {
    return started(context);
  }

  /** Where its handlers run. */
  HandlerThreads threads() {
    return started(threads);
  }

  /** For tests: where handlers run instead of on virtual threads. */
  void threads(Executor others) {
    newThreads = loop -> others;
  }

  Settings settings() {
    return context().settings();
  }

  AllowedOrigins origins() {
    return origins;
  }

  Identity identity() {
    return identity;
  }
}
