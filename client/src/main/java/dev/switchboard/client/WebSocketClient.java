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
 * What every client can: connect, come back by itself, tell what happens, close. {@link Client}
 * talks to a Switchboard server, {@link PlainClient} and {@link RawClient} to any other.
 * Thread-safe.
 *
 * <p>Handlers run one at a time, in the order in which things happened, on virtual threads; they
 * may block, and may call the client. When they fall behind, the client stops reading. What they
 * throw becomes a {@link ClientEvent.Failed}, or an ERROR in the log if nobody listens for that.
 * What follows on a {@link CompletionStage} runs on virtual threads too.
 *
 * <p>What waits for the server blocks, and has a twin that does not: of the same name with {@code
 * Async} at its end, with the same parameters. Blocking calls, but for {@link #connect}, end within
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
    this.traffic = new Traffic(options.debug ? events::debug : null);
    this.engine = new Engine(options.engine(encodings), dispatcher, traffic, new Told());
    events.debugTo(options.debugLines);
    Duration interval = options.performanceMetrics;
    if (interval != null) {
      engine.every(interval, () -> events.performance(statistics()));
    }
  }

  private void flow() {
    engine.driver().flow();
  }

  /** Hears of the session, on the loop. */
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
    return options.reconnect.fromStart() && engine.state() != SessionState.CLOSED;
  }

  /** On the loop: the connection is gone, or brings nothing more. */
  void lost() {}

  /** On the loop: a message came. */
  abstract void received(Report.Received message);

  /**
   * Connects, and returns when the session is open, or with a server that knows no sessions, the
   * connection. Does nothing if it is. A client that waits to come back tries at once.
   *
   * <p>An attempt that fails is not repeated, unless {@link Reconnect#fromTheStart} says so.
   *
   * @throws ConnectFailedException if it could not connect; {@link
   *     ConnectFailedException#retryable} says whether trying again can help
   */
  public void connect() {
    CompletableFuture<SessionInfo> opened = opening();
    try {
      opened.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      engine.input(session -> session.close(engine.now(), CloseCode.NORMAL.code(), ""));
      throw new ConnectFailedException(
          "connect to " + Redaction.uri(options.uri()) + ": interrupted", 0, true, null);
    } catch (ExecutionException failed) {
      throw Waiting.unwrapped(failed);
    }
  }

  /** The same without blocking. */
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
      String what = "connect to " + Redaction.uri(options.uri()) + ": the client is closed";
      opened.completeExceptionally(new ConnectFailedException(what, 0, false, null));
    }
    return opened;
  }

  /**
   * Gives up the present connection, if there is one, and opens a new one at once, from whatever
   * state. The session goes on. May be called from handlers.
   */
  public void reconnect() {
    engine.input(session -> session.reconnect(engine.now()));
  }

  /** Where the client is in its life. */
  public ConnectionState state() {
    return ConnectionState.valueOf(engine.state().name());
  }

  /** Whether messages can flow now. */
  public boolean isConnected() {
    return state() == ConnectionState.OPEN;
  }

  /** What the client has done since it was built. */
  public Statistics statistics() {
    return Statistics.of(traffic);
  }

  /** What is to be known about the client when something is wrong, without secrets. */
  public DebugInfo debugInfo() {
    return DebugInfo.of(this);
  }

  /** How full the queue is now; empty if the client is closed. */
  public QueueStatus queueStatus() {
    return QueueStatus.of(engine.commands().queue());
  }

  /**
   * Sends at once what waits for others to go with ({@link ClientBuilder#batching}), if there is a
   * connection.
   *
   * @return completes when each message said before has its answer, or failed; never fails
   */
  public CompletionStage<Void> flush() {
    return Waiting.stage(engine.commands().flush(), done -> Waiting.nothing());
  }

  /** The present connection. */
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

  /** Calls a handler for everything that happens to the client. */
  public Subscription events(Consumer<? super ClientEvent> handler) {
    return events.events(ClientEvent.class, handler);
  }

  /** Calls a handler for one kind of what happens to the client. */
  public <E extends ClientEvent> Subscription events(Class<E> kind, Consumer<? super E> handler) {
    return events.events(kind, handler);
  }

  /**
   * Closes the connection with 1000 and waits until that is done, or the server did not answer for
   * 5 s. What was not acknowledged fails. The client can't be used again.
   */
  @Override
  public void close() {
    close(CloseCode.NORMAL.code(), "");
  }

  /**
   * Closes the connection with a code; otherwise as {@link #close()}.
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

  /** The same as {@link #close()} without blocking. */
  public CompletionStage<Void> closeAsync() {
    return closeAsync(CloseCode.NORMAL.code(), "");
  }

  /** The same as {@link #close(int, String)} without blocking. */
  public CompletionStage<Void> closeAsync(int code, String reason) {
    return ending(code, reason)
        ? CompletableFuture.runAsync(this::release, Waiting::onVirtualThread)
        : CompletableFuture.completedFuture(Waiting.nothing());
  }

  private boolean ending(int code, String reason) {
    CloseCode.requireSendable(code);
    return engine.end(session -> session.close(engine.now(), code, reason));
  }

  /** Ends the connection at once, without a close handshake; otherwise as {@link #close()}. */
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
