package dev.switchboard.client;

import dev.switchboard.client.internal.Carrier;
import dev.switchboard.protocol.client.Backoff;
import dev.switchboard.protocol.client.Settings;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ClientBuilder} collected, checked. Immutable.
 *
 * @param greeted whether the server is to be ours, and to say {@code welcome}
 * @param heartbeatInterval null for no heartbeat
 * @param deflate null for none
 * @param proxy null for none
 * @param queueAge null for no limit
 * @param outbox null for none
 * @param performanceMetrics null for never
 * @param debugLines null for the logger
 * @param carrier what each client stands on
 */
record ClientOptions(
    boolean greeted,
    URI uri,
    Headers headers,
    List<String> subprotocols,
    Duration connectTimeout,
    Duration requestTimeout,
    @Nullable Duration heartbeatInterval,
    Duration heartbeatTimeout,
    boolean heartbeatMessages,
    String heartbeatWords,
    Reconnect reconnect,
    int queueMessages,
    long queueBytes,
    @Nullable Duration queueAge,
    WhenFull whenFull,
    int batchCount,
    Duration batchInterval,
    @Nullable Outbox outbox,
    @Nullable Duration performanceMetrics,
    boolean debug,
    @Nullable Consumer<? super String> debugLines,
    int maxMessageBytes,
    @Nullable Deflate deflate,
    @Nullable ProxyServer proxy,
    Resolver resolver,
    Redirects redirects,
    @Nullable Supplier<SslContext> tls,
    Supplier<Carrier> carrier) {
  private static final int WINDOW_BYTES = 512 << 10;

  ClientOptions {
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

  /** What the transport is asked for; refuses a bad address or header. */
  ClientConnect request() {
    return ClientConnect.to(uri)
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
  }

  Settings settings() {
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
        queue(),
        1_024,
        WINDOW_BYTES);
  }

  /** Whether messages are counted before the session's queue, which then has no bounds. */
  boolean gated() {
    return whenFull == WhenFull.BLOCK || outbox != null;
  }

  private Settings.Queue queue() {
    return new Settings.Queue(
        gated() ? Integer.MAX_VALUE : queueMessages,
        gated() ? Long.MAX_VALUE : queueBytes,
        queueAge == null ? Long.MAX_VALUE : queueAge.toMillis(),
        switch (whenFull) {
          case REFUSE -> Settings.WhenFull.REFUSE;
          case DROP_OLDEST -> Settings.WhenFull.DROP_OLDEST;
          case DROP_NEWEST -> Settings.WhenFull.DROP_NEWEST;
          case BLOCK -> Settings.WhenFull.REFUSE; // never: threads wait at the gate
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
