package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import dev.switchboard.client.engine.Engine;
import dev.switchboard.client.engine.Redaction;
import dev.switchboard.client.engine.Traffic;
import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.client.SessionState;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What all clients have in common: connecting, reconnecting, reporting events, closing. {@link
 * Client} talks to a Switchboard server, {@link PlainClient} and {@link RawClient} to any other.
 * Thread-safe.
 *
 * <p>Handlers run one at a time, in the order of events, on virtual threads. They may block and may
 * call the client. When they fall behind, the client stops reading from the socket. If a handler
 * throws, the exception is reported as {@link ClientEvent.Failed}, or logged as ERROR if nobody
 * listens for that. Continuations of a {@link CompletionStage} run on virtual threads too.
 *
 * <p>Methods that wait for the server block. Each has a variant that does not, with the same name
 * plus {@code Async} and the same parameters. Blocking calls other than {@link #connect} end within
 * the request timeout. If the calling thread is interrupted, they throw and leave it interrupted.
 */
public abstract sealed class WebSocketClient implements AutoCloseable permits Client, RawClient {
  final ClientOptions options;
  final Dispatcher dispatcher;
  final Events events;
  final Engine engine;
  final Pulled pulled;
  private final Traffic traffic;

  WebSocketClient(ClientOptions options, Encodings encodings) {
    this.options = options;
    this.dispatcher = new Dispatcher(this::flow);
    this.events = new Events(dispatcher, this::received, this::goesOn);
    this.pulled = new Pulled(dispatcher);
    this.traffic = new Traffic(options.debug().on() ? events::debug : null);
    this.engine = new Engine(options.engine().with(encodings), dispatcher, traffic, new Told());
    events.debugTo(options.debug().lines());
    Duration interval = options.performanceMetrics();
    if (interval != null) {
      engine.every(interval, () -> events.performance(statistics()));
    }
  }

  private void flow() {
    engine.driver().flow();
  }

  /** Receives the session's reports, on the loop. */
  private final class Told implements Engine.Listener {
    @Override
    public void reported(Report report) {
      if (report instanceof Report.Closed) {
        WebSocketClient.this.lost();
      }
      events.reported(report);
    }

    @Override
    public void lost() {
      WebSocketClient.this.lost();
    }

    @Override
    public void over() {
      events.closed();
      dispatcher.submit(pulled::end, 0);
    }
  }

  private boolean goesOn() {
    return options.reconnect().fromStart() && engine.state() != SessionState.CLOSED;
  }

  /** On the loop: the connection is gone, or nothing more will arrive on it. */
  void lost() {}

  /** On the loop: a message arrived. */
  abstract void received(Report.Received message);

  /**
   * Connects and blocks until the session is open or, with a server that has no sessions, the
   * connection. Does nothing if it is open. If the client is waiting to reconnect, it tries at
   * once.
   *
   * <p>A failed attempt is not repeated, unless {@link Reconnect#fromTheStart} is set.
   *
   * @throws ConnectFailedException if it could not connect; {@link
   *     ConnectFailedException#retryable} tells whether another attempt may succeed
   */
  public void connect() {
    CompletableFuture<SessionInfo> opened = opening();
    try {
      opened.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      engine.input(session -> session.close(engine.now(), CloseCode.NORMAL.code(), ""));
      throw new ConnectFailedException(
          "connect to " + Redaction.uri(options.request().uri()) + ": interrupted", 0, true, null);
    } catch (ExecutionException failed) {
      throw Waiting.unwrapped(failed);
    }
  }

  /** Like {@link #connect}, without blocking. */
  public CompletionStage<SessionInfo> connectAsync() {
    return Waiting.stage(opening(), Function.identity());
  }

  private CompletableFuture<SessionInfo> opening() {
    CompletableFuture<SessionInfo> opened = new CompletableFuture<>();
    boolean asked =
        !engine.ending()
            && engine.input(session -> {
              events.opening(opened);
              session.connect(engine.now());
              events.openAlready(session.state());
            });
    if (!asked) {
      String what =
          "connect to " + Redaction.uri(options.request().uri()) + ": the client is closed";
      opened.completeExceptionally(new ConnectFailedException(what, 0, false, null));
    }
    return opened;
  }

  /**
   * Drops the current connection, if there is one, and opens a new one at once, whatever the state.
   * The session continues. May be called from handlers.
   */
  public void reconnect() {
    engine.input(session -> session.reconnect(engine.now()));
  }

  /**
   * Pings the server now, if the connection is open, and reconnects if nothing arrives within 2.5
   * s. For programs that learn of a reason to doubt the connection, such as another network or a
   * machine that slept. Without a heartbeat, does nothing.
   */
  public void probe() {
    engine.input(session -> session.probe(engine.now()));
  }

  /** Returns the state of the client. */
  public ConnectionState state() {
    return ConnectionState.valueOf(engine.state().name());
  }

  /** Whether the session is open now. */
  public boolean isConnected() {
    return state() == ConnectionState.OPEN;
  }

  /**
   * Whether the server has taken a token on the present connection: with one in the upgrade request
   * ({@link ClientBuilder#token(TokenSupplier)}), whether the connection is open.
   */
  public boolean isAuthenticated() {
    return isConnected() && engine.authenticated();
  }

  /**
   * Calls a handler when the server refuses a token, or there is none to be had; {@link
   * ClientEvent.AuthFailed#again} tells whether the client goes on by itself.
   */
  public Subscription onAuthFailure(Consumer<? super ClientEvent.AuthFailed> handler) {
    return events(ClientEvent.AuthFailed.class, handler);
  }

  /** Returns what the client has done since it was built. */
  public Statistics statistics() {
    return Statistics.of(traffic);
  }

  /** Returns facts about the client for diagnosing problems, without secrets. */
  public DebugInfo debugInfo() {
    return DebugInfo.of(this);
  }

  /** Returns how full the queue is now; empty if the client is closed. */
  public QueueStatus queueStatus() {
    return QueueStatus.of(engine.commands().queue());
  }

  /**
   * Sends messages that wait for a batch to fill ({@link ClientBuilder#batching}) at once, if there
   * is a connection.
   *
   * @return completes when each earlier message has been answered or has failed; never fails
   */
  public CompletionStage<Void> flush() {
    return Waiting.stage(engine.commands().flush(), done -> Waiting.nothing());
  }

  /** Returns the current connection. */
  public ConnectionInfo connection() {
    WebSocket present = engine.driver().socket();
    ReadyState ready =
        switch (state()) {
          case CONNECTING -> ReadyState.CONNECTING;
          case OPEN -> ReadyState.OPEN;
          case CLOSING -> ReadyState.CLOSING;
          case IDLE, WAITING, CLOSED -> ReadyState.CLOSED;
        };
    return present == null
        ? new ConnectionInfo(engine.driver().uri(), ready, null, "", null)
        : new ConnectionInfo(
            engine.driver().uri(),
            ready,
            present.subprotocol(),
            present.extensions(),
            present.remoteAddress());
  }

  /** Calls a handler for every event of the client. */
  public Subscription events(Consumer<? super ClientEvent> handler) {
    return events.events(ClientEvent.class, handler);
  }

  /** Calls a handler for every event of one kind. */
  public <E extends ClientEvent> Subscription events(Class<E> kind, Consumer<? super E> handler) {
    return events.events(kind, handler);
  }

  /**
   * Closes the connection with 1000 and blocks until that is done or the server has not answered
   * for 5 s. Unacknowledged messages fail. The client can't be used again.
   */
  @Override
  public void close() {
    close(CloseCode.NORMAL.code(), "");
  }

  /**
   * Closes the connection with a code. Otherwise like {@link #close()}.
   *
   * @param code 1000–1003, 1007–1014 or 3000–4999
   * @param reason cut to 123 bytes of UTF-8, between characters
   * @throws IllegalArgumentException if the code may not be sent
   */
  public void close(int code, String reason) {
    if (ending(code, reason)) {
      release();
    }
  }

  /** Like {@link #close()}, without blocking. */
  public CompletionStage<Void> closeAsync() {
    return closeAsync(CloseCode.NORMAL.code(), "");
  }

  /** Like {@link #close(int, String)}, without blocking. */
  public CompletionStage<Void> closeAsync(int code, String reason) {
    return ending(code, reason)
        ? CompletableFuture.runAsync(this::release, Waiting::onVirtualThread)
        : CompletableFuture.completedFuture(Waiting.nothing());
  }

  private boolean ending(int code, String reason) {
    CloseCode.requireSendable(code);
    return engine.end(session -> session.close(engine.now(), code, reason));
  }

  /** Ends the connection at once, without a close handshake. Otherwise like {@link #close()}. */
  public void forceClose() {
    if (engine.end(session -> session.forceClose(engine.now()))) {
      release();
    }
  }

  private void release() {
    try {
      engine.ended().get(6, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      engine.input(session -> session.forceClose(engine.now()));
    }
    pulled.end();
    engine.release();
  }
}
