package dev.switchboard.client;

import dev.switchboard.client.engine.Carrier;
import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.ProxyServer;
import dev.switchboard.transport.Resolver;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Collects a client's options and makes clients with them. Confined to one thread; may be used for
 * several clients.
 *
 * @param <C> the client that is made
 */
public final class ClientBuilder<C extends WebSocketClient> {
  private final Function<ClientOptions, C> making;
  private final ClientOptions options;

  /** Builds what {@code making} makes, for a server that is ours if {@code greeted}. */
  ClientBuilder(boolean greeted, Function<ClientOptions, C> making) {
    this.options = new ClientOptions(greeted);
    this.making = making;
  }

  /** Adds a header to each upgrade request; none by default. */
  public ClientBuilder<C> header(String name, String value) {
    options.headers = options.headers.with(name, value);
    return this;
  }

  /**
   * For {@code wss://}: trusts the certificates of a PEM file instead of the JDK's. The host's name
   * is checked either way.
   *
   * @throws IllegalArgumentException if the file cannot be read
   */
  public ClientBuilder<C> trust(Path certificates) {
    try (InputStream in = Files.newInputStream(certificates)) {
      SslContext context = SslContextBuilder.forClient().trustManager(in).build();
      options.tls = () -> context;
      return this;
    } catch (IOException | IllegalArgumentException failed) {
      throw new IllegalArgumentException(
          "trust: " + certificates + " cannot be used (expected: a PEM file of certificates)",
          failed);
    }
  }

  /**
   * Subprotocols to offer, most wanted first. By default {@code switchboard.v1.json} to a
   * Switchboard server, none to others.
   */
  public ClientBuilder<C> subprotocols(String... names) {
    options.subprotocols = List.of(names);
    return this;
  }

  /**
   * Offers CBOR, and JSON after it: smaller messages, and {@code byte[]} without base64, from a
   * server that speaks it. Whichever the server picks, nothing else changes.
   */
  public ClientBuilder<C> cbor() {
    return subprotocols("switchboard.v1.cbor", "switchboard.v1.json");
  }

  /**
   * How long connecting may take: name, socket, TLS and upgrade, and then again until the server's
   * first word. 10 s by default.
   */
  public ClientBuilder<C> connectTimeout(Duration timeout) {
    options.connectTimeout = timeout;
    return this;
  }

  /**
   * How long blocking calls, and all answers but those to publications, may take. 10 s by default.
   */
  public ClientBuilder<C> requestTimeout(Duration timeout) {
    options.requestTimeout = timeout;
    return this;
  }

  /**
   * When to ask whether the server is still there: after {@code interval} of silence (25 s by
   * default), and how long it may take to answer (10 s by default). Anything received counts.
   */
  public ClientBuilder<C> heartbeat(Duration interval, Duration timeout) {
    options.heartbeatInterval = interval;
    options.heartbeatTimeout = timeout;
    return this;
  }

  /** Never asks whether the server is still there. */
  public ClientBuilder<C> withoutHeartbeat() {
    options.heartbeatInterval = null;
    return this;
  }

  /** Asks with {@code ping} messages, not with ping frames, which are the default. */
  public ClientBuilder<C> heartbeatMessages() {
    options.heartbeatMessages = true;
    return this;
  }

  /**
   * The same in the server's own words, for one that is not ours: {@code {"type":"ping"}} by
   * default. Whatever it sends then counts as its answer.
   *
   * @throws IllegalArgumentException if the server is ours, which has words of its own
   */
  public ClientBuilder<C> heartbeatMessages(String words) {
    if (options.greeted || words.isEmpty()) {
      throw new IllegalArgumentException(
          "heartbeatMessages: words (expected: some, for a server that is not ours)");
    }
    options.heartbeatMessages = true;
    options.heartbeatWords = words;
    return this;
  }

  /** How the client comes back; {@link Reconnect#DEFAULT} by default. */
  public ClientBuilder<C> reconnect(Reconnect how) {
    options.reconnect = how;
    return this;
  }

  /**
   * How much may be without an answer of the server, on the way or waiting for a connection: so
   * many messages (10,000 by default) and bytes (16 MiB by default). What becomes of more says
   * {@link #whenQueueFull}. Joins, pages and all that Switchboard itself says never wait behind
   * messages and need no room.
   */
  public ClientBuilder<C> queue(int messages, long bytes) {
    options.queueMessages = messages;
    options.queueBytes = bytes;
    return this;
  }

  /** What becomes of a message that does not fit; {@link WhenFull#REFUSE} by default. */
  public ClientBuilder<C> whenQueueFull(WhenFull policy) {
    options.whenFull = policy;
    return this;
  }

  /**
   * How long a message may wait for a connection; for ever by default. Then it fails with {@link
   * dev.switchboard.protocol.UnsentException}, which holds it, or with {@link
   * dev.switchboard.protocol.ErrorCode#TIMEOUT} if it was sent over a connection that is gone.
   */
  public ClientBuilder<C> queueAge(Duration most) {
    options.queueAge = most;
    return this;
  }

  /**
   * Holds messages back until so many can leave together in one write, but none for longer than the
   * interval. By default each leaves at once. {@link Client#flush} does not wait for either.
   */
  public ClientBuilder<C> batching(int count, Duration interval) {
    options.batchCount = count;
    options.batchInterval = interval;
    return this;
  }

  /**
   * Keeps what is published in a file until the server has acknowledged it; none by default. {@link
   * #build} opens the file and throws {@link IllegalStateException} if another client has it, and
   * {@link java.io.UncheckedIOException} if it can't be used.
   */
  public ClientBuilder<C> outbox(Outbox file) {
    options.outbox = file;
    return this;
  }

  /** Connects through a proxy; none by default. */
  public ClientBuilder<C> proxy(ProxyServer through) {
    options.proxy = through;
    return this;
  }

  /**
   * Tells {@link ClientEvent.PerformanceMetric} at an interval while connected; never by default.
   */
  public ClientBuilder<C> performanceMetrics(Duration interval) {
    options.performanceMetrics = interval;
    return this;
  }

  /**
   * Looks names up elsewhere; with the JDK by default. If a name has several addresses, each is
   * tried 250 ms after the one before or when that has failed, and the first to answer is taken.
   */
  public ClientBuilder<C> resolver(Resolver names) {
    options.resolver = names;
    return this;
  }

  /** Goes where the server points to; by default a redirect is a {@link ConnectFailedException}. */
  public ClientBuilder<C> redirects(Redirects allowed) {
    options.redirects = allowed;
    return this;
  }

  /** Offers permessage-deflate (RFC 7692) with {@link Deflate#DEFAULT}; not offered by default. */
  public ClientBuilder<C> deflate() {
    return deflate(Deflate.DEFAULT);
  }

  /** Offers permessage-deflate with other parameters. */
  public ClientBuilder<C> deflate(Deflate how) {
    options.deflate = how;
    return this;
  }

  /**
   * Writes what is sent, received and told to the logger {@code dev.switchboard.client.debug}, at
   * INFO, with secrets masked; also as {@link ClientEvent.Debug}. Off by default.
   */
  public ClientBuilder<C> debug() {
    options.debug = true;
    options.debugLines = null;
    return this;
  }

  /** The same, but to a consumer instead of the logger; it runs as handlers do. */
  public ClientBuilder<C> debug(Consumer<? super String> lines) {
    options.debug = true;
    options.debugLines = lines;
    return this;
  }

  /** The longest message taken from the server; beyond it 1009. 16 MiB by default. */
  public ClientBuilder<C> maxMessageBytes(int bytes) {
    options.maxMessageBytes = bytes;
    return this;
  }

  /** For the test kit: what clients stand on instead of sockets and the time of day. */
  @SuppressWarnings("exports") // for the testkit only, which is given the type
  public ClientBuilder<C> carriedBy(Supplier<Carrier> carriers) {
    options.carrier = carriers;
    return this;
  }

  /**
   * A client that does not connect yet, so that handlers can be put on first. It has to be closed
   * even if it is never connected.
   *
   * @throws IllegalArgumentException if an option is out of its range, or the address is not {@code
   *     ws://} or {@code wss://}
   */
  public C build(String uri) {
    return making.apply(options.to(URI.create(uri)));
  }

  /**
   * A client that is connected. Blocks until the session is open.
   *
   * @throws ConnectFailedException if it could not connect; it is not tried again
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

  /** The same without blocking; the stage fails with {@link ConnectFailedException}. */
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
