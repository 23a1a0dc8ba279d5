package dev.switchboard.client;

import dev.switchboard.client.engine.Carrier;
import dev.switchboard.client.engine.EngineOptions;
import dev.switchboard.client.engine.LoopCarrier;
import dev.switchboard.protocol.client.Backoff;
import dev.switchboard.protocol.client.Settings;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.ProxyServer;
import dev.switchboard.transport.Resolver;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's options and their defaults. This is the only place where each is defined; {@link
 * ClientBuilder} documents and sets it. Each client gets a validated copy ({@link #to}) that is not
 * modified afterwards.
 */
final class ClientOptions implements Cloneable {
  private static final int WINDOW_BYTES = 512 << 10;

  /** Whether the server is Switchboard, which sends {@code welcome}. */
  final boolean greeted;

  Headers headers = Headers.EMPTY;
  List<String> subprotocols;
  Duration connectTimeout = Duration.ofSeconds(10);
  Duration requestTimeout = Duration.ofSeconds(10);
  int maxMessageBytes = 16 << 20;
  Resolver resolver = Resolver.SYSTEM;
  Redirects redirects = Redirects.NONE;

  /** Null for none. */
  @Nullable Deflate deflate;

  /** Null for none. */
  @Nullable ProxyServer proxy;

  /** Null for the JDK's. */
  @Nullable Supplier<SslContext> tls;

  /** Null for no heartbeat. */
  @Nullable Duration heartbeatInterval = Duration.ofSeconds(25);

  Duration heartbeatTimeout = Duration.ofSeconds(10);
  boolean heartbeatMessages;
  String heartbeatWords = "{\"type\":\"ping\"}";
  Reconnect reconnect = Reconnect.DEFAULT;
  int queueMessages = 10_000;
  long queueBytes = 16L << 20;
  WhenFull whenFull = WhenFull.REFUSE;
  int batchCount = 1;
  Duration batchInterval = Duration.ZERO;

  /** Null for no limit. */
  @Nullable Duration queueAge;

  /** Null for none. */
  @Nullable Outbox outbox;

  /** Null for never. */
  @Nullable Duration performanceMetrics;

  boolean debug;

  /** Null for the logger. */
  @Nullable Consumer<? super String> debugLines;

  /** Creates the thread, clock and sockets of each client. */
  Supplier<Carrier> carrier = LoopCarrier::new;

  /** The request for the transport; null until {@link #to}. */
  private @Nullable ClientConnect request;

  /** Creates the defaults. */
  ClientOptions(boolean greeted) {
    this.greeted = greeted;
    this.subprotocols = greeted ? Encodings.JSON.subprotocols() : List.of();
  }

  /**
   * Returns a validated copy for a client of this address.
   *
   * @throws IllegalArgumentException if an option is out of range, or the address or a header is
   *     invalid
   */
  ClientOptions to(URI uri) {
    check();
    ClientOptions copy = clone();
    copy.request =
        ClientConnect.to(uri)
            .withHeaders(headers)
            .withSubprotocols(subprotocols)
            .withConnectTimeout(connectTimeout)
            .withTls(tls)
            .withProxy(proxy)
            .withResolver(resolver)
            .withOptions(
                WebSocketOptions.builder()
                    .maxFrameBytes(Math.max(125, maxMessageBytes))
                    .maxMessageBytes(maxMessageBytes)
                    .deflate(deflate)
                    .maxPendingBytes((int) Math.min(1 << 30, queueBytes + 2L * WINDOW_BYTES))
                    .build());
    return copy;
  }

  @Override
  protected ClientOptions clone() {
    try {
      return (ClientOptions) super.clone();
    } catch (CloneNotSupportedException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private void check() {
    duration("connectTimeout", connectTimeout);
    duration("requestTimeout", requestTimeout);
    if (heartbeatInterval != null) {
      duration("heartbeatInterval", heartbeatInterval);
    }
    duration("heartbeatTimeout", heartbeatTimeout);
    range("queueMessages", queueMessages, 1, 1_000_000);
    range("queueBytes", queueBytes, 1, 1L << 32);
    if (queueAge != null) {
      duration("queueAge", queueAge);
    }
    range("batchCount", batchCount, 1, 10_000);
    if (batchCount > 1) {
      duration("batchInterval", batchInterval);
    }
    if (performanceMetrics != null) {
      duration("performanceMetrics", performanceMetrics);
    }
    if (outbox != null && whenFull != WhenFull.REFUSE && whenFull != WhenFull.BLOCK) {
      throw new IllegalArgumentException(
          "whenQueueFull: " + whenFull + " (expected: REFUSE or BLOCK with an outbox)");
    }
    range("maxMessageBytes", maxMessageBytes, 1, 1 << 30);
  }

  /** Returns the server's address. */
  URI uri() {
    return request().uri();
  }

  private ClientConnect request() {
    return Objects.requireNonNull(request, "options: without an address (expected: a copy)");
  }

  /** Returns the options for the engine. */
  EngineOptions engine(Encodings encodings) {
    EngineOptions.Queue queue =
        new EngineOptions.Queue(
            queueMessages,
            queueBytes,
            whenFull == WhenFull.BLOCK,
            outbox == null ? null : outbox.path());
    return new EngineOptions(
        greeted,
        encodings,
        settings(queue.gated()),
        request(),
        new EngineOptions.RedirectLimit(redirects.most(), redirects.unencrypted()),
        queue,
        carrier);
  }

  private Settings settings(boolean gated) {
    return new Settings(
        new Backoff(
            reconnect.first().toMillis(),
            reconnect.cap().toMillis(),
            reconnect.exponential(),
            reconnect.maxAttempts(),
            reconnect.fromStart()),
        connectTimeout.toMillis(),
        requestTimeout.toMillis(),
        heartbeatInterval == null
            ? null
            : new Settings.Heartbeat(
                heartbeatInterval.toMillis(),
                heartbeatTimeout.toMillis(),
                heartbeatMessages,
                greeted ? "" : heartbeatWords),
        queue(gated),
        1_024,
        WINDOW_BYTES);
  }

  private Settings.Queue queue(boolean gated) {
    return new Settings.Queue(
        gated ? Integer.MAX_VALUE : queueMessages,
        gated ? Long.MAX_VALUE : queueBytes,
        queueAge == null ? Long.MAX_VALUE : queueAge.toMillis(),
        switch (whenFull) {
          case REFUSE -> Settings.WhenFull.REFUSE;
          case DROP_OLDEST -> Settings.WhenFull.DROP_OLDEST;
          case DROP_NEWEST -> Settings.WhenFull.DROP_NEWEST;
          case BLOCK -> Settings.WhenFull.REFUSE; // never happens: threads wait at the gate
        },
        batchCount,
        batchInterval.toMillis());
  }

  private static void duration(String name, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: PT0.001S-PT24H)");
    }
  }

  private static void range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + "-" + most + ")");
    }
  }
}
