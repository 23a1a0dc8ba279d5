package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.internal.ClientAnswer;
import dev.switchboard.protocol.internal.ClientAsk;
import dev.switchboard.protocol.internal.ClientEffects;
import dev.switchboard.protocol.internal.ClientQueueStatus;
import dev.switchboard.protocol.internal.ClientReport;
import dev.switchboard.protocol.internal.ClientSession;
import dev.switchboard.protocol.internal.ClientState;
import dev.switchboard.protocol.internal.Draft;
import dev.switchboard.protocol.internal.Encoding;
import dev.switchboard.protocol.internal.Encodings;
import dev.switchboard.transport.ClientTransport;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a {@link ClientSession} its socket, its clock and its dice. Everything but what is said to
 * be thread-safe is confined to one event loop; nothing here runs users' code.
 */
final class Engine implements ClientEffects {
  private static final Logger LOG = LoggerFactory.getLogger(Client.class);

  /** What may wait in the socket before fleeting messages are dropped. */
  private static final long FLEETING_ROOM = 64 << 10;

  private static final byte[] NO_BYTES = {};

  private final ClientOptions options;
  private final Encodings encodings;
  private final Consumer<ClientReport> reports;
  private final Runnable over;
  private final Dispatcher dispatcher;
  private final Traffic traffic;
  private final EventLoop loop = SharedLoops.acquire();
  private final ClientSession session;
  private final @Nullable QueueGate gate;
  private final @Nullable Outgoing outgoing;
  private final AtomicBoolean ending = new AtomicBoolean();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final AtomicBoolean released = new AtomicBoolean();

  private volatile ClientState state = ClientState.IDLE;
  private volatile List<String> rooms = List.of();
  private volatile @Nullable WebSocket socket;
  private @Nullable Outflow outflow;
  private Encoding encoding = Encoding.JSON;
  private int connecting;
  private boolean paused;
  private boolean entered;
  private volatile boolean pieces;
  private final ArrayDeque<Consumer<ClientSession>> inputs = new ArrayDeque<>();
  private @Nullable ScheduledFuture<?> timer;
  private long timerAt = Long.MAX_VALUE;
  private volatile @Nullable ScheduledFuture<?> metrics;

  /**
   * An engine with a loop of its own to be given back with {@link #release}.
   *
   * @param reports told on the loop
   * @param over told on the handlers' thread when the client is closed or has given up
   */
  Engine(
      ClientOptions options,
      Encodings encodings,
      Dispatcher dispatcher,
      Traffic traffic,
      Consumer<ClientReport> reports,
      Runnable over) {
    this.over = over;
    this.options = options;
    this.encodings = encodings;
    this.dispatcher = dispatcher;
    this.traffic = traffic;
    this.reports = reports;
    this.session =
        new ClientSession(
            options.settings(),
            options.greeted(),
            () -> ThreadLocalRandom.current().nextDouble(),
            this);
    Outbox outbox = options.outbox();
    QueueGate entrance = new QueueGate(options.queueMessages(), options.queueBytes());
    this.gate = options.whenFull() == WhenFull.BLOCK || outbox != null ? entrance : null;
    try {
      this.outgoing = outbox == null ? null : Outgoing.open(outbox, this, entrance);
    } catch (RuntimeException failed) {
      SharedLoops.release();
      throw failed;
    }
  }

  /** From the next connection on, binary messages come in pieces. Thread-safe. */
  void pieces() {
    pieces = true;
  }

  /** What is spoken on the present connection. On the loop. */
  Encoding encoding() {
    return encoding;
  }

  /** Where the client is. Thread-safe. */
  ClientState current() {
    return state;
  }

  /** The rooms it is in. Thread-safe. */
  List<String> joined() {
    return rooms;
  }

  /** The present connection, or null. Thread-safe, as far as its facts go. */
  @Nullable WebSocket connection() {
    return socket;
  }

  /** Does something with the session on the loop, unless that has ended. Thread-safe. */
  boolean input(Consumer<ClientSession> input) {
    if (released.get()) {
      return false;
    }
    try {
      loop.execute(() -> enter(input));
      return true;
    } catch (RejectedExecutionException ended) {
      LOG.debug("an input after the end", ended);
      return false;
    }
  }

  /** Asks the session something, after all that was asked before. Not to be called on the loop. */
  <T> T read(T atTheEnd, Function<ClientSession, T> what) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    return input(machine -> answer.complete(what.apply(machine))) ? answer.join() : atTheEnd;
  }

  /** How full the queue is. Thread-safe, but not for the loop. */
  QueueStatus queueStatus() {
    ClientQueueStatus now =
        read(new ClientQueueStatus(0, 0, 0, false, 0), machine -> machine.queue(now()));
    return new QueueStatus(
        now.waiting(), now.onTheWay(), now.bytes(), now.full(), Duration.ofMillis(now.oldest()));
  }

  /**
   * Sends what only waits for others to go with. The future completes on the loop when all that was
   * said before has its answer, or failed. Thread-safe.
   */
  CompletableFuture<Boolean> flush() {
    List<CompletableFuture<ClientAnswer>> answers = new ArrayList<>();
    if (outgoing != null) {
      answers.addAll(outgoing.answers());
    }
    answers.addAll(read(List.of(), Engine::flushed));
    CompletableFuture<?>[] settled =
        answers.stream()
            .map(answer -> answer.handle((done, failure) -> true))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(settled).thenApply(done -> true);
  }

  private static List<CompletableFuture<ClientAnswer>> flushed(ClientSession machine) {
    return machine.flush().stream()
        .filter(Asked.class::isInstance)
        .map(outcome -> ((Asked) outcome).answer)
        .toList();
  }

  /** Whether the client was closed for good. Thread-safe. */
  boolean ending() {
    return ending.get();
  }

  /** On the loop. What the session causes meanwhile waits until it is done. */
  void enter(Consumer<ClientSession> input) {
    if (entered) {
      inputs.add(input);
      return;
    }
    entered = true;
    try {
      for (Consumer<ClientSession> next = input; next != null; next = inputs.poll()) {
        next.accept(session);
      }
    } finally {
      entered = false;
    }
    rooms = session.rooms();
    schedule();
  }

  static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /**
   * Asks the server. Thread-safe. The future completes on the loop: it is not for users.
   *
   * @param timeout as for {@link ClientSession#ask}
   */
  Asked ask(ClientAsk ask, Object unsent, long timeout) {
    Asked asked = new Asked(this, unsent);
    if (ending.get()) {
      asked.failed(closed(unsent));
      return asked;
    }
    try {
      passGate(asked, ask, timeout);
    } catch (UnsentException refused) {
      asked.failed(refused);
      return asked;
    }
    if (outgoing != null && ask instanceof ClientAsk.Publish publish) {
      asked.kept(timeout == 0 ? options.requestTimeout().toMillis() : Long.MAX_VALUE);
      outgoing.store(publish, asked);
    } else if (!input(machine -> put(machine, ask, timeout, asked))) {
      asked.failed(closed(unsent));
    }
    return asked;
  }

  /** Asks without waiting for the answer: tells the user if it is a bad one. Thread-safe. */
  Asked enqueue(ClientAsk.Publish ask, Object unsent) {
    Asked asked = ask(ask, unsent, -1);
    if (outgoing == null) { // otherwise told anyway
      CompletionStage<?> unused =
          asked.answer.whenComplete((answer, failure) -> {
            if (failure instanceof SwitchboardException why && asked.accepted.getNow(false)) {
              input(machine -> report(new ClientReport.Undelivered(ask, why)));
            }
          });
    }
    return asked;
  }

  private static UnsentException closed(Object unsent) {
    return new UnsentException("state: CLOSED (expected: a client that is not closed)", unsent);
  }

  private static void put(ClientSession machine, ClientAsk ask, long timeout, Asked asked) {
    if (!asked.answer.isDone()) {
      try {
        asked.queued(machine.ask(now(), ask, asked.unsent(), timeout, asked));
      } catch (UnsentException refused) {
        asked.failed(refused);
      }
    }
  }

  private void passGate(Asked asked, ClientAsk ask, long timeout) {
    QueueGate present = gate;
    if (present != null && ask.message()) {
      int size = ask.bytes();
      boolean handler = dispatcher.waiting();
      try {
        present.enter(size, patience(timeout, handler), asked.unsent());
      } finally {
        dispatcher.waited(handler);
      }
      asked.through(present, size);
    }
  }

  private long patience(long timeout, boolean handler) {
    if (options.whenFull() != WhenFull.BLOCK) {
      return 0;
    }
    return timeout < 0 && !handler ? Long.MAX_VALUE : options.requestTimeout().toMillis();
  }

  /** Sends something that is worth nothing later. Thread-safe. */
  void fleeting(String type, @Nullable Address address, byte[] data) {
    if (state == ClientState.OPEN) {
      input(machine -> machine.fleeting(type, address, data));
    }
  }

  /** Stops or resumes reading, as the handlers keep up. Thread-safe. */
  void flow() {
    input(machine -> adjust());
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

  /** Ends the client, if it has not been ended before. Thread-safe. */
  boolean end(Consumer<ClientSession> how) {
    if (ending.getAndSet(true)) {
      return false;
    }
    if (gate != null) {
      gate.close();
    }
    input(machine -> {
      how.accept(machine);
      if (machine.state() == ClientState.CLOSED) {
        ended.complete(null);
      }
    });
    return true;
  }

  /** Completed on the loop when nothing more will happen. Thread-safe. */
  CompletableFuture<@Nullable Void> ended() {
    return ended;
  }

  /** Gives the loop back. Thread-safe; only the first call does something. */
  void release() {
    if (!released.getAndSet(true)) {
      if (outgoing != null) {
        outgoing.close();
      }
      if (metrics != null) {
        metrics.cancel(false);
      }
      try {
        loop.execute(this::cancelTimer);
      } catch (RejectedExecutionException ended) {
        LOG.debug("the loop ended before its client", ended);
      }
      SharedLoops.release();
    }
  }

  /** Does something on the loop at an interval, while there is a connection. To be called once. */
  void every(Duration interval, Runnable what) {
    long nanos = interval.toNanos();
    metrics =
        loop.scheduleAtFixedRate(
            () -> {
              if (state == ClientState.OPEN) {
                what.run();
              }
            },
            nanos,
            nanos,
            TimeUnit.NANOSECONDS);
  }

  /** What comes over the connections, for those who count. */
  Traffic traffic() {
    return traffic;
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void schedule() {
    long at = session.wakeAt();
    if (at == timerAt) {
      return;
    }
    cancelTimer();
    timerAt = at;
    if (at != Long.MAX_VALUE && !released.get()) {
      timer = loop.schedule(this::tick, Math.max(0, at - now()), TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    timerAt = Long.MAX_VALUE;
    timer = null;
    WebSocket open = socket;
    if (paused
        && open != null) { // what is not read can't be missed; and the server must not miss us
      session.heard(now(), connecting);
      open.sendPong(NO_BYTES);
    }
    enter(machine -> machine.advance(now()));
  }

  @Override
  public void connect(int number) {
    connecting = number;
    paused = false;
    traffic.note("* connecting to " + Masking.uri(options.uri()));
    ClientTransport.connect(options.request(), loop, open -> new Incoming(this, number, pieces))
        .whenComplete((open, failure) -> {
          if (open != null && loop.inEventLoop()) {
            connected(number, open, null); // at once: the first frames may be right behind
          } else {
            input(machine -> connected(number, open, failure));
          }
        });
  }

  private void connected(int number, @Nullable WebSocket open, @Nullable Throwable failure) {
    if (open == null) {
      Handshakes.Refusal refusal = Handshakes.explain(options.uri(), failure);
      enter(machine -> machine.failed(now(), number, refusal.why(), refusal.retryAfter()));
    } else if (number != connecting || state != ClientState.CONNECTING) {
      open.terminate();
    } else {
      socket = open;
      outflow = new Outflow(open);
      encoding = encodings.agreed(open.subprotocol());
      enter(machine -> machine.opened(now(), number, encoding));
    }
  }

  @Override
  public void send(Draft message) {
    Outflow flow = outflow;
    if (flow != null) {
      boolean text = !encoding.binary();
      byte[] bytes = encoding.write(message);
      traffic.sent(text, bytes);
      flow.send(text, bytes, null);
    }
  }

  @Override
  public void send(long id, ClientAsk.Frame frame) {
    Outflow flow = outflow;
    if (flow != null) {
      traffic.sent(frame.text(), frame.payload());
      flow.send(frame.text(), frame.payload(), written(id));
    }
  }

  @Override
  public void send(long id, ClientAsk.Streamed stream) {
    Outflow flow = outflow;
    if (flow != null) {
      traffic.note("> (a stream)");
      flow.send((Upload) stream.source(), written(id));
    }
  }

  private Runnable written(long id) {
    int number = connecting;
    return () -> enter(machine -> machine.written(now(), number, id));
  }

  @Override
  public void sendIfRoom(Draft message) {
    WebSocket open = socket;
    if (open != null && open.pendingBytes() < FLEETING_ROOM && !busy()) {
      send(message);
    }
  }

  private boolean busy() {
    Outflow flow = outflow;
    return flow != null && flow.busy();
  }

  @Override
  public void ping(byte[] words) {
    Outflow flow = outflow;
    if (flow == null || flow.busy()) {
      ping();
    } else {
      flow.send(true, words, null);
    }
  }

  @Override
  public void ping(Draft message) {
    if (busy()) {
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
      if (paused) { // the other side's close frame is behind what was not read
        paused = false;
        open.resumeReading();
      }
      traffic.note("> close " + code + " " + reason);
      open.close(code, reason);
    }
  }

  @Override
  public void abandon() {
    WebSocket open = socket;
    Outflow flow = outflow;
    socket = null;
    outflow = null;
    connecting = -1;
    if (flow != null) {
      flow.end();
    }
    if (open != null && open.readyState() == ReadyState.OPEN) {
      open.terminate();
    }
  }

  @Override
  public void state(ClientState next) {
    state = next;
    traffic.note("* " + next);
    if (next == ClientState.CLOSED) {
      dispatcher.submit(over, 0);
    }
    if (next == ClientState.CLOSED && ending.get()) {
      ended.complete(null);
    }
  }

  @Override
  public void report(ClientReport report) {
    rooms = session.rooms();
    traffic.reported(report);
    reports.accept(report);
    if (dispatcher.full()) {
      adjust();
    }
  }
}
