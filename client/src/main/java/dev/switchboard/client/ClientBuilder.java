package dev.switchboard.client;

import static dev.switchboard.client.Ranges.duration;
import static dev.switchboard.client.Ranges.range;

import dev.switchboard.client.engine.Carrier;
import dev.switchboard.client.engine.LoopCarrier;
import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.MessageCipher;
import dev.switchboard.protocol.client.Tokens;
import dev.switchboard.protocol.wire.Defaults;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.ProxyServer;
import dev.switchboard.transport.Resolver;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds clients from options. Confined to one thread; may build several clients.
 *
 * @param <C> the client it builds
 */
public final class ClientBuilder<C extends WebSocketClient> {
  private final Function<ClientOptions, C> making;
  final boolean greeted; // whether the server is a Switchboard server
  // The options: set by the methods below, read by ClientOptions.of.
  Headers headers = Headers.EMPTY;
  List<String> subprotocols;
  Duration connectTimeout = Duration.ofSeconds(10);
  Duration requestTimeout = Duration.ofSeconds(10);
  int maxMessageBytes = 16 << 20;
  Resolver resolver = Resolver.SYSTEM;
  Redirects redirects = Redirects.NONE;
  @Nullable Deflate deflate; // null for none
  @Nullable ProxyServer proxy; // null for none
  private final ClientTls clientTls = new ClientTls();
  @Nullable Supplier<SslContext> tls; // null for the JDK's
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
  @Nullable TokenSupplier token; // null for none
  boolean bindCodes; // whether the tokens are bind codes
  boolean tokenAsMessage; // whether the token goes in a message
  @Nullable Outbox outbox; // null for none
  final List<Encryption.Rule> encryption = new ArrayList<>(0);
  @Nullable Duration performanceMetrics; // null for never
  boolean debug;
  @Nullable Consumer<? super String> debugLines; // null for the logger
  Supplier<Carrier> carrier = LoopCarrier::new; // makes the sockets and clock of each client

  /**
   * Creates a builder that builds with {@code making}, for a Switchboard server if {@code greeted}.
   */
  ClientBuilder(boolean greeted, Function<ClientOptions, C> making) {
    this.greeted = greeted;
    this.making = making;
    this.subprotocols = greeted ? Encodings.JSON.subprotocols() : List.of();
  }

  /** Adds a header to each upgrade request. There are none by default. */
  public ClientBuilder<C> header(String name, String value) {
    headers = headers.with(name, value);
    return this;
  }

  /**
   * Authenticates with a token, sent in the {@code Authorization: Bearer} header of each upgrade
   * request. There is none by default.
   *
   * <p>The supplier is called before each attempt to connect, and before the token expires; it is
   * then renewed on the open connection. If the server refuses a token permanently (401, 403 or
   * 4501), the supplier is called once more immediately. If it returns the same token, or the other
   * one is refused too, the client stops with a {@link ConnectFailedException} whose message begins
   * with {@code token refused}. A redirect to another host or port is not followed, because the
   * token is not meant for it.
   */
  public ClientBuilder<C> token(TokenSupplier supplier) {
    token = supplier;
    bindCodes = false;
    return this;
  }

  /**
   * Authenticates with bind codes instead of tokens, in a subprotocol {@code
   * switchboard.code.CODE}. A code is good for one attempt to connect, so the supplier, which is
   * called as for {@link #token(TokenSupplier)}, must return a new one each time. Codes consist of
   * letters, digits and {@code -._~}.
   */
  public ClientBuilder<C> bindCode(TokenSupplier codes) {
    token = codes;
    bindCodes = true;
    return this;
  }

  /**
   * Authenticates with bind codes that the client fetches, a new one for each attempt, as {@link
   * BindCode#fetch} does.
   *
   * @param endpoint where the server issues codes, such as {@code
   *     https://chat.example.com/bind-code}
   * @param tokens supplies the tokens that the codes are issued for; called before each fetch
   * @throws IllegalArgumentException if the address is not {@code http://} or {@code https://}
   */
  public ClientBuilder<C> bindCode(URI endpoint, TokenSupplier tokens) {
    return bindCode(BindCode.supplier(endpoint, tokens));
  }

  /**
   * Authenticates with one bind code, such as one that the user has typed. It connects once: a
   * client that loses its connection can't come back with it and stops with a {@link
   * ConnectFailedException}.
   *
   * @throws IllegalArgumentException if it is no bind code
   */
  public ClientBuilder<C> bindCode(String once) {
    if (!Tokens.usableCode(once)) {
      throw new IllegalArgumentException(Tokens.UNUSABLE_CODE);
    }
    return bindCode(() -> CompletableFuture.completedFuture(once));
  }

  /**
   * Like {@link #token(TokenSupplier)}, with a token that never changes.
   *
   * @throws IllegalArgumentException if it is not of 1–16,384 visible ASCII characters
   */
  public ClientBuilder<C> token(String fixed) {
    if (!Tokens.usable(fixed)) {
      throw new IllegalArgumentException(Tokens.UNUSABLE);
    }
    return token(() -> CompletableFuture.completedFuture(fixed));
  }

  /**
   * Sends the token or code in the first message of each connection instead of a header, as clients
   * in browsers do. A {@code resume} follows without waiting for the answer.
   *
   * @throws IllegalArgumentException if the server is not a Switchboard server, as others know no
   *     such message
   */
  public ClientBuilder<C> tokenAsMessage() {
    if (!greeted) {
      throw new IllegalArgumentException("tokenAsMessage: (expected: a Switchboard server)");
    }
    tokenAsMessage = true;
    return this;
  }

  /**
   * Encrypts everything that is published to matching addresses, and accepts only encrypted
   * messages there: what can't be decrypted, and what is plain, is reported as {@link
   * ClientEvent.DecryptionFailed} and reaches no handler. Nothing else is encrypted. The first call
   * that matches an address applies. Encryption happens on the thread that publishes, before a
   * message is queued or stored in the {@link Outbox}.
   *
   * <p>A message names its sender as the server does. Publishing to such an address therefore
   * throws {@link dev.switchboard.protocol.UnsentException} before the client was first connected,
   * and a message to several rooms can't be encrypted.
   *
   * @param cipher used by this client only, as it notices messages that come twice
   * @throws IllegalArgumentException if the server is not a Switchboard server
   */
  public ClientBuilder<C> encryption(MessageCipher cipher, Predicate<? super Address> where) {
    if (!greeted) {
      throw new IllegalArgumentException("encryption: (expected: a Switchboard server)");
    }
    encryption.add(new Encryption.Rule(where, cipher));
    return this;
  }

  /** Like {@link #encryption(MessageCipher, Predicate)}, for rooms of these names. */
  public ClientBuilder<C> encryption(MessageCipher cipher, String... rooms) {
    return encryption(cipher, List.of(rooms).stream().map(Address::room).toList()::contains);
  }

  /**
   * Trusts the certificates of a PEM file instead of the JDK's, for {@code wss://}. The host name
   * is verified either way.
   *
   * @throws IllegalArgumentException if the file cannot be read
   */
  public ClientBuilder<C> trust(Path certificates) {
    SslContext context = clientTls.trust(certificates);
    tls = () -> context;
    return this;
  }

  /**
   * Presents a certificate to servers that ask for one (mutual TLS), for {@code wss://}. None by
   * default.
   *
   * @param chain a PEM file with the certificate, and those of its authorities after it
   * @param key a PEM file with its unencrypted PKCS#8 key
   * @throws IllegalArgumentException if the files cannot be used
   */
  public ClientBuilder<C> certificate(Path chain, Path key) {
    SslContext context = clientTls.present(chain, key);
    tls = () -> context;
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
