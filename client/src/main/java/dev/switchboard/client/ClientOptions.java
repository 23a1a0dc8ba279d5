package dev.switchboard.client;

import dev.switchboard.client.engine.EngineOptions;
import dev.switchboard.protocol.client.Backoff;
import dev.switchboard.protocol.client.Settings;
import dev.switchboard.protocol.client.Tokens;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.WebSocketOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a client. {@link ClientBuilder} documents them, with defaults and limits.
 * Immutable.
 *
 * @param engine the options of its engine
 * @param reconnect how it reconnects
 * @param whenFull what happens to a message that does not fit
 * @param outbox where publications are stored; null for none
 * @param performanceMetrics how often metrics are reported; null for never
 * @param encryption what is encrypted, and how
 * @param debug whether debug lines are reported, and to whom
 */
record ClientOptions(
    EngineOptions engine,
    Reconnect reconnect,
    WhenFull whenFull,
    @Nullable Outbox outbox,
    @Nullable Duration performanceMetrics,
    List<Encryption.Rule> encryption,
    Debug debug) {
  private static final int WINDOW_BYTES = 512 << 10;

  /** The maximum length of a message that leaves in one frame, and of a piece of a longer one. */
  static final int FRAGMENT_BYTES = 64 << 10;

  /**
   * Returns a builder's options for a client of an address.
   *
   * @throws IllegalArgumentException if two options exclude each other, or the address or a header
   *     is invalid
   */
  static ClientOptions of(ClientBuilder<?> from, URI uri) {
    if (from.token != null && from.headers.contains("Authorization")) {
      throw new IllegalArgumentException("header: Authorization (expected: none, with a token)");
    }
    if (from.outbox != null
        && from.whenFull != WhenFull.REFUSE
        && from.whenFull != WhenFull.BLOCK) {
      throw new IllegalArgumentException(
          "whenQueueFull: " + from.whenFull + " (expected: REFUSE or BLOCK with an outbox)");
    }
    return new ClientOptions(
        engine(from, uri),
        from.reconnect,
        from.whenFull,
        from.outbox,
        from.performanceMetrics,
        List.copyOf(from.encryption),
        new Debug(from.debug, from.debugLines));
  }

  /** Whether debug lines are reported; {@code lines} receives them, or the logger if it is null. */
  record Debug(boolean on, @Nullable Consumer<? super String> lines) {}

  /** Returns the request that each attempt to connect makes. */
  ClientConnect request() {
    return engine.attempt().request();
  }

  private static EngineOptions engine(ClientBuilder<?> from, URI uri) {
    EngineOptions.Queue queue =
        new EngineOptions.Queue(
            from.queueMessages,
            from.queueBytes,
            from.whenFull == WhenFull.BLOCK,
            from.outbox == null ? null : from.outbox.path());
    return new EngineOptions(
        from.greeted,
        Encodings.JSON,
        settings(from, queue.gated()),
        attempt(from, uri),
        queue,
        from.carrier);
  }

  private static EngineOptions.Attempt attempt(ClientBuilder<?> from, URI uri) {
    TokenSupplier supplier = from.token;
    Tokens how = supplier == null ? Tokens.NONE : shown(from);
    return new EngineOptions.Attempt(
        request(from, uri),
        new EngineOptions.RedirectLimit(
            from.redirects.most(), from.redirects.unencrypted(), supplier == null),
        how,
        supplier == null ? null : supplier::token);
  }

  private static Tokens shown(ClientBuilder<?> from) {
    if (from.bindCodes) {
      return from.tokenAsMessage ? Tokens.CODE_IN_MESSAGE : Tokens.CODE_IN_UPGRADE;
    }
    return from.tokenAsMessage ? Tokens.IN_MESSAGE : Tokens.IN_UPGRADE;
  }

  private static ClientConnect request(ClientBuilder<?> from, URI uri) {
    return ClientConnect.to(uri)
        .withHeaders(from.headers)
        .withSubprotocols(from.subprotocols)
        .withConnectTimeout(from.connectTimeout)
        .withTls(from.tls.supplier())
        .withProxy(from.proxy)
        .withResolver(from.resolver)
        .withOptions(
            WebSocketOptions.builder()
                .maxFrameBytes(Math.max(125, from.maxMessageBytes))
                .maxMessageBytes(from.maxMessageBytes)
                .deflate(from.deflate)
                .fragmentBytes(FRAGMENT_BYTES)
                .maxPendingBytes((int) Math.min(1 << 30, from.queueBytes + 2L * WINDOW_BYTES))
                .build());
  }

  private static Settings settings(ClientBuilder<?> from, boolean gated) {
    Reconnect reconnect = from.reconnect;
    return new Settings(
        new Backoff(
            reconnect.first().toMillis(),
            reconnect.cap().toMillis(),
            reconnect.exponential(),
            reconnect.maxAttempts(),
            reconnect.fromStart()),
        from.connectTimeout.toMillis(),
        from.requestTimeout.toMillis(),
        from.heartbeatInterval == null
            ? null
            : new Settings.Heartbeat(
                from.heartbeatInterval.toMillis(),
                from.heartbeatTimeout.toMillis(),
                from.heartbeatMessages,
                from.greeted ? "" : from.heartbeatWords),
        queue(from, gated),
        new Settings.Window(1_024, WINDOW_BYTES),
        from.protocolHash);
  }

  private static Settings.Queue queue(ClientBuilder<?> from, boolean gated) {
    return new Settings.Queue(
        gated ? Integer.MAX_VALUE : from.queueMessages,
        gated ? Long.MAX_VALUE : from.queueBytes,
        from.queueAge == null ? Long.MAX_VALUE : from.queueAge.toMillis(),
        switch (from.whenFull) {
          case REFUSE -> Settings.WhenFull.REFUSE;
          case DROP_OLDEST -> Settings.WhenFull.DROP_OLDEST;
          case DROP_NEWEST -> Settings.WhenFull.DROP_NEWEST;
          case BLOCK -> Settings.WhenFull.REFUSE; // never refused: threads wait at the gate
        },
        from.batchCount,
        from.batchInterval.toMillis());
  }
}
