package dev.switchboard.client.engine;

import dev.switchboard.protocol.client.ClientSession;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.client.Effects;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.client.SessionState;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.WebSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection to its server: one socket after another, and what is written to the current
 * one. Confined to the loop, except where marked thread-safe.
 *
 * <p>Each attempt has the number that {@link dev.switchboard.protocol.client.ClientSession} gave
 * it. {@code socket} is set once the attempt with the current number has succeeded, and cleared by
 * {@link #abandon}. A socket that opens for any other number is terminated at once, so at most one
 * is in use.
 *
 * <p>While handlers are behind, reading from the socket is paused and TCP backpressure slows the
 * server. Silence then proves nothing, so the driver reports the connection as alive and sends
 * pongs.
 */
public final class SocketDriver implements Effects {
  /**
   * The bytes that may wait in the socket before fleeting messages are dropped, and pings sent as
   * frames. A stream that is being sent counts as many.
   */
  private static final long ROOM = 64 << 10;

  private static final byte[] NO_BYTES = {};

  private final Engine engine;
  private final Carrier carrier;
  private final EngineOptions options;
  private final Dispatcher dispatcher;
  private final Traffic traffic;
  private final TokenRequests tokens;

  // Written on the loop and read by any thread.
  private volatile URI uri; // the current address, or that of the last attempt
  private volatile @Nullable WebSocket socket; // the current connection

  // On the loop.
  private Encoding encoding = Encoding.JSON; // of the current connection
  private int connecting; // the number of the current attempt or connection; -1 if abandoned
  private boolean paused; // whether reading is paused

  private volatile boolean pieces; // set by any thread, never reset

  SocketDriver(
      Engine engine,
      Carrier carrier,
      EngineOptions options,
      Dispatcher dispatcher,
      Traffic traffic) {
    this.engine = engine;
    this.carrier = carrier;
    this.options = options;
    this.uri = options.attempt().request().uri();
    this.tokens = new TokenRequests(engine, options.attempt().token());
    this.dispatcher = dispatcher;
    this.traffic = traffic;
  }

  /** Returns the address of the current connection, or of the last attempt. Thread-safe. */
  public URI uri() {
    return uri;
  }

  /** Returns the current connection, or null. Other threads may only read its properties. */
  public @Nullable WebSocket socket() {
    return socket;
  }

  /** From the next connection on, delivers binary messages in pieces. Thread-safe. */
  public void pieces() {
    pieces = true;
  }

  /** Pauses or resumes reading, depending on whether the handlers keep up. Thread-safe. */
  public void flow() {
    engine.input(machine -> adjust());
  }

  private void adjust() {
    WebSocket open = socket;
    boolean full = dispatcher.full();
    if (open != null && full != paused) {
      paused = full;
      if (full) {
        open.pauseReading();
      } else {
        open.resumeReading();
      }
    }
  }

  /** While reading is paused, counts the server as alive, and tells it that this client is. */
  void stillThere() {
    WebSocket open = socket;
    if (paused && open != null) {
      int number = connecting;
      engine.enter(machine -> machine.heard(engine.now(), number));
      open.sendPong(NO_BYTES);
    }
  }

  @Override
  public void token(int request) {
    traffic.note("* asking for a token");
    tokens.ask(request);
  }

  @Override
  public void tokenTooLate() {
    tokens.cancel();
  }

  @Override
  public void connect(int number) {
    connect(number, options.attempt().request());
  }

  @Override
  public void connect(int number, String token) {
    ClientConnect request = options.attempt().request();
    if (options.attempt().tokens().codes()) {
      List<String> offered = new ArrayList<>(request.subprotocols());
      offered.add("switchboard.code." + token);
      connect(number, request.withSubprotocols(offered));
    } else {
      Headers headers = request.headers().with("Authorization", "Bearer " + token);
      connect(number, request.withHeaders(headers));
    }
  }

  private void connect(int number, ClientConnect request) {
    connecting = number;
    paused = false;
    moved(request.uri());
    Redirecting.connect(
            carrier,
            request,
            options.attempt().redirects(),
            open -> new Incoming(engine, traffic, number, pieces),
            this::moved)
        .whenComplete((open, failure) -> {
          if (open != null && carrier.here()) {
            connected(number, open, null); // at once, because the first frames may follow directly
          } else {
            engine.input(machine -> connected(number, open, failure));
          }
        });
  }

  private void moved(URI place) {
    uri = place;
    traffic.note("* connecting to " + Redaction.uri(place));
  }

  private void connected(int number, @Nullable WebSocket open, @Nullable Throwable failure) {
    if (open == null) {
      Handshakes.Refusal refusal = Handshakes.explain(options.attempt().request().uri(), failure);
      engine.enter(
          machine -> machine.failed(engine.now(), number, refusal.why(), refusal.retryAfter()));
    } else if (number != connecting || engine.state() != SessionState.CONNECTING) {
      open.terminate();
    } else {
      socket = open;
      encoding = options.encodings().agreed(open.subprotocol());
      engine.enter(machine -> machine.opened(engine.now(), number, encoding));
    }
  }

  @Override
  public void send(Draft message) {
    WebSocket open = socket;
    if (open != null) {
      write(open, !encoding.binary(), encoding.write(message));
    }
  }

  private void write(WebSocket open, boolean text, byte[] bytes) {
    traffic.sent(text, bytes);
    if (text) {
      open.sendText(bytes);
    } else {
      open.sendBinary(bytes);
    }
  }

  @Override
  public void send(long id, Command.Frame frame) {
    WebSocket open = socket;
    if (open != null && open.readyState() == ReadyState.OPEN) {
      int number = connecting;
      write(open, frame.text(), frame.payload());
      open.whenWritten(failure -> {
        if (failure == null) {
          engine.enter(machine -> machine.written(engine.now(), number, id));
        }
      });
    }
  }

  @Override
  public void send(long id, Command.Streamed stream) {
    WebSocket open = socket;
    if (open != null) {
      int number = connecting;
      StreamedMessage message = (StreamedMessage) stream.source();
      message.onProgress((total, piece) -> traffic.sentPiece(piece));
      var unused =
          message
              .done()
              .whenComplete((nothing, failure) -> {
                if (failure == null) {
                  engine.input(machine -> {
                    traffic.sentPieces();
                    machine.written(engine.now(), number, id);
                  });
                } else if (message.half()) {
                  engine.input(machine -> again(machine, number));
                }
              });
      open.send(message);
    }
  }

  /** Half a message is on the wire, and the connection ends for it: a new one need not wait. */
  private void again(ClientSession machine, int number) {
    if (isAt(number)) {
      machine.reconnect(engine.now());
    }
  }

  @Override
  public void sendIfRoom(Draft message) {
    if (withRoom() != null) {
      send(message);
    }
  }

  private @Nullable WebSocket withRoom() {
    WebSocket open = socket;
    return open != null && open.pendingBytes() < ROOM ? open : null;
  }

  @Override
  public void ping(byte[] words) {
    WebSocket open = withRoom();
    if (open == null) {
      ping();
    } else {
      open.sendText(words);
    }
  }

  @Override
  public void ping(Draft message) {
    if (withRoom() == null) {
      ping();
    } else {
      send(message);
    }
  }

  @Override
  public void ping() {
    WebSocket open = socket;
    if (open != null) {
      traffic.note("> ping");
      open.sendPing(NO_BYTES);
    }
  }

  @Override
  public void close(int code, String reason) {
    WebSocket open = socket;
    if (open != null) {
      if (paused) { // the other side's close frame comes after what was not read
        paused = false;
        open.resumeReading();
      }
      traffic.note("> close " + code + " " + reason);
      open.close(code, reason);
    }
  }

  /** Whether this is the current connection. */
  boolean isAt(int number) {
    return number == connecting && socket != null;
  }

  /**
   * The server will send nothing more. What handlers send in response goes before the close frame.
   * A Switchboard server reads nothing after its own close frame, so there waiting would only delay
   * the next connection.
   */
  void ending(Runnable end) {
    WebSocket open = socket;
    if (options.greeted() || open == null) {
      end.run();
    } else if (dispatcher.idle()) {
      open.execute(() -> whenAllWritten(open, end)); // after what the handlers have sent so far
    } else {
      dispatcher.submit(() -> open.execute(() -> whenAllWritten(open, end)), 0);
    }
  }

  private static void whenAllWritten(WebSocket open, Runnable task) {
    if (open.pendingBytes() == 0) {
      task.run();
    } else {
      open.whenWritten(failure -> {
        if (failure == null) {
          open.execute(() -> whenAllWritten(open, task)); // what was written makes room for more
        }
      });
    }
  }

  @Override
  public void abandon() {
    WebSocket open = socket;
    socket = null;
    connecting = -1;
    if (open != null && open.readyState() == ReadyState.OPEN) {
      open.terminate();
    }
  }

  @Override
  public void state(SessionState next) {
    engine.changed(next);
  }

  @Override
  public void report(Report report) {
    engine.report(report);
    if (dispatcher.full()) {
      adjust();
    }
  }
}
