package dev.switchboard.client;

import static dev.switchboard.client.Ranges.duration;
import static dev.switchboard.client.Ranges.range;

import dev.switchboard.client.engine.Carrier;
import dev.switchboard.client.engine.LoopCarrier;
import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.wire.Defaults;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.ProxyServer;
import dev.switchboard.transport.Resolver;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds clients from options. Confined to one thread; may build several clients.
 *
 * @param <C> the client it builds
 */
public final class ClientBuilder<C extends WebSocketClient>
    extends SecurityOptions<ClientBuilder<C>> {
  private final Function<ClientOptions, C> making;
  // The options: set by the methods below, read by ClientOptions.of.
  Headers headers = Headers.EMPTY;
  List<String> subprotocols;
  Duration connectTimeout = Duration.ofSeconds(10);
  Duration requestTimeout = Duration.ofSeconds(10);
  int maxMessageBytes = 16 << 20;
  @Nullable String protocolHash; // of the client's types, by Client.of; null if not known
  Resolver resolver = Resolver.SYSTEM;
  Redirects redirects = Redirects.NONE;
  @Nullable Deflate deflate; // null for none
  @Nullable ProxyServer proxy; // null for none
  @Nullable Duration heartbeatInterval =
      Duration.ofMillis(Defaults.HEARTBEAT_INTERVAL); // null for no heartbeat
  Duration heartbeatTimeout = Duration.ofMillis(Defaults.HEARTBEAT_TIMEOUT);
  boolean heartbeatMessages;
  String heartbeatWords = "{\"type\":\"ping\"}";
  Reconnect reconnect = Reconnect.DEFAULT;
  int queueMessages = 10_000;
  long queueBytes = 16L << 20;
  @Nullable Duration queueAge; // null for no limit
  WhenFull whenFull = WhenFull.REFUSE;
  int batchCount = 1;
  Duration batchInterval = Duration.ZERO;
  @Nullable Outbox outbox; // null for none
  @Nullable Duration performanceMetrics; // null for never
  boolean debug;
  @Nullable Consumer<? super String> debugLines; // null for the logger
  Supplier<Carrier> carrier = LoopCarrier::new; // makes the sockets and clock of each client

  /**
   * Creates a builder that builds with {@code making}, for a Switchboard server if {@code greeted}.
   */
  ClientBuilder(boolean greeted, Function<ClientOptions, C> making) {
    super(greeted);
    this.making = making;
    this.subprotocols = greeted ? Encodings.JSON.subprotocols() : List.of();
  }

  @Override
  ClientBuilder<C> self() {
    return this;
  }

  /** Adds a header to each upgrade request. There are none by default. */
  public ClientBuilder<C> header(String name, String value) {
    headers = headers.with(name, value);
    return this;
  }

  /**
   * Sets the subprotocols to offer, in order of preference. By default, {@code switchboard.v1.json}
   * is offered to a Switchboard server and none to others.
   */
  public ClientBuilder<C> subprotocols(String... names) {
    subprotocols = List.of(names);
    return this;
  }

  /**
   * Offers CBOR, with JSON as the alternative. CBOR makes messages smaller and sends {@code byte[]}
   * without base64, if the server supports it. Nothing else depends on what the server selects.
   */
  public ClientBuilder<C> cbor() {
    return subprotocols("switchboard.v1.cbor", "switchboard.v1.json");
  }

  /**
   * Limits how long connecting may take: first from resolving the name to the upgrade, including
   * TLS, and then again until the server's first message. The default is 10 s.
   */
  public ClientBuilder<C> connectTimeout(Duration timeout) {
    connectTimeout = duration("connectTimeout", timeout);
    return this;
  }

  /**
   * Limits how long blocking calls may take, and all answers except those to publications. The
   * default is 10 s.
   */
  public ClientBuilder<C> requestTimeout(Duration timeout) {
    requestTimeout = duration("requestTimeout", timeout);
    return this;
  }

  /**
   * Pings the server after {@code interval} of silence (25 s by default) and gives up on the
   * connection if nothing arrives within {@code timeout} after that (10 s by default).
   */
  public ClientBuilder<C> heartbeat(Duration interval, Duration timeout) {
    heartbeatInterval = duration("heartbeatInterval", interval);
    heartbeatTimeout = duration("heartbeatTimeout", timeout);
    return this;
  }

  /** Never pings the server. */
  public ClientBuilder<C> withoutHeartbeat() {
    heartbeatInterval = null;
    return this;
  }

  /** Pings with {@code ping} messages instead of ping frames, which are the default. */
  public ClientBuilder<C> heartbeatMessages() {
    heartbeatMessages = true;
    return this;
  }

  /**
   * Pings a server other than Switchboard with this message; {@code {"type":"ping"}} by default.
   * Anything that the server then sends counts as the answer.
   *
   * @throws IllegalArgumentException if the client is for a Switchboard server, which defines its
   *     own ping, or the message is empty
   */
  public ClientBuilder<C> heartbeatMessages(String words) {
    if (greeted || words.isEmpty()) {
      throw new IllegalArgumentException(
          "heartbeatMessages: words (expected: not empty, and a server other than Switchboard)");
    }
    heartbeatMessages = true;
    heartbeatWords = words;
    return this;
  }

  /** Sets how the client reconnects; {@link Reconnect#DEFAULT} by default. */
  public ClientBuilder<C> reconnect(Reconnect how) {
    reconnect = how;
    return this;
  }

  /**
   * Limits how many messages (10,000 by default) and bytes (16 MiB by default) may be unanswered,
   * on the way or waiting for a connection. {@link #whenQueueFull} sets what happens beyond that.
   * Joins, pages and Switchboard's own messages never wait behind messages and need no room.
   */
  public ClientBuilder<C> queue(int messages, long bytes) {
    queueMessages = (int) range("queueMessages", messages, 1, 1_000_000);
    queueBytes = range("queueBytes", bytes, 1, 1L << 32);
    return this;
  }

  /** Sets what happens to a message that does not fit; {@link WhenFull#REFUSE} by default. */
  public ClientBuilder<C> whenQueueFull(WhenFull policy) {
    whenFull = policy;
    return this;
  }

  /**
   * Limits how long a message may wait for a connection; there is no limit by default. It then
   * fails with {@link dev.switchboard.protocol.UnsentException}, which carries the message, or with
   * {@link dev.switchboard.protocol.ErrorCode#TIMEOUT} if it was sent on a connection that has been
   * lost.
   */
  public ClientBuilder<C> queueAge(Duration most) {
    queueAge = duration("queueAge", most);
    return this;
  }

  /**
   * Holds messages back until this many can leave in one write, but none for longer than the
   * interval. By default each message leaves at once. {@link Client#flush} sends waiting messages
   * immediately.
   */
  public ClientBuilder<C> batching(int count, Duration interval) {
    batchCount = (int) range("batchCount", count, 1, 10_000);
    batchInterval = count > 1 ? duration("batchInterval", interval) : interval;
    return this;
  }

  /**
   * Keeps published messages in a file until the server has acknowledged them. There is none by
   * default. {@link #build} opens the file. It throws {@link IllegalStateException} if another
   * client is using it, and {@link java.io.UncheckedIOException} if it can't be read or written.
   */
  public ClientBuilder<C> outbox(Outbox file) {
    outbox = file;
    return this;
  }

  /** Connects through a proxy. There is none by default. */
  public ClientBuilder<C> proxy(ProxyServer through) {
    proxy = through;
    return this;
  }

  /**
   * Reports {@link ClientEvent.PerformanceMetric} at this interval while connected; never by
   * default.
   */
  public ClientBuilder<C> performanceMetrics(Duration interval) {
    performanceMetrics = duration("performanceMetrics", interval);
    return this;
  }

  /**
   * Sets how host names are resolved; by the JDK by default. If a name has several addresses, each
   * is tried 250 ms after the previous one or as soon as that one has failed, and the first to
   * connect is used.
   */
  public ClientBuilder<C> resolver(Resolver names) {
    resolver = names;
    return this;
  }

  /** Follows redirects. By default, a redirect is a {@link ConnectFailedException}. */
  public ClientBuilder<C> redirects(Redirects allowed) {
    redirects = allowed;
    return this;
  }

  /**
   * Offers permessage-deflate (RFC 7692) with {@link Deflate#DEFAULT}. It is not offered by
   * default.
   */
  public ClientBuilder<C> deflate() {
    return deflate(Deflate.DEFAULT);
  }

  /** Offers permessage-deflate with other parameters. */
  public ClientBuilder<C> deflate(Deflate how) {
    deflate = how;
    return this;
  }

  /**
   * Logs what is sent, received and reported to the logger {@code dev.switchboard.client.debug} at
   * INFO, and reports it as {@link ClientEvent.Debug}. Secrets are masked. Off by default.
   */
  public ClientBuilder<C> debug() {
    debug = true;
    debugLines = null;
    return this;
  }

  /**
   * Like {@link #debug()}, but passes the lines to a consumer instead of the logger. It runs as
   * handlers do.
   */
  public ClientBuilder<C> debug(Consumer<? super String> lines) {
    debug = true;
    debugLines = lines;
    return this;
  }

  /**
   * Limits the size of a message from the server; a larger one closes the connection with 1009. The
   * default is 16 MiB.
   */
  public ClientBuilder<C> maxMessageBytes(int bytes) {
    maxMessageBytes = (int) range("maxMessageBytes", bytes, 1, 1 << 30);
    return this;
  }

  /** Replaces sockets and the clock. For the test kit only. */
  @SuppressWarnings("exports") // for the testkit only, which is given the type
  public ClientBuilder<C> carriedBy(Supplier<Carrier> carriers) {
    carrier = carriers;
    return this;
  }

  /**
   * Builds a client that does not connect yet, so that handlers can be added first. It must be
   * closed even if it never connects.
   *
   * @throws IllegalArgumentException if an option is out of range, or the address is not {@code
   *     ws://} or {@code wss://}
   */
  public C build(String uri) {
    return making.apply(ClientOptions.of(this, URI.create(uri)));
  }

  /**
   * Builds a client and blocks until its session is open.
   *
   * @throws ConnectFailedException if it could not connect; it does not try again
   * @throws IllegalArgumentException as for {@link #build}
   */
  public C connect(String uri) {
    C client = build(uri);
    try {
      client.connect();
      return client;
    } catch (RuntimeException failed) {
      client.close();
      throw failed;
    }
  }

  /**
   * Like {@link #connect}, without blocking; the stage fails with {@link ConnectFailedException}.
   */
  public CompletionStage<C> connectAsync(String uri) {
    C client = build(uri);
    return client
        .connectAsync()
        .handle((done, failure) -> {
          if (failure == null) {
            return client;
          }
          client.close();
          throw Waiting.unwrapped(failure);
        });
  }
}
