package dev.switchboard.client.engine;

import dev.switchboard.client.outbox.SessionLoop;
import dev.switchboard.protocol.client.ClientSession;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.client.SessionState;
import dev.switchboard.protocol.client.SizeLimit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a {@link ClientSession} its thread, its clock and its dice; {@link SocketDriver} gives it
 * sockets, and {@link CommandSubmitter} users' messages. Everything but what is said to be
 * thread-safe is confined to the loop, which is the carrier's thread; nothing here runs users'
 * code.
 */
public final class Engine implements SessionLoop {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final Listener listener;
  private final Traffic traffic;
  private final Carrier carrier;
  private final SocketDriver driver;
  private final ClientSession session;
  private final CommandSubmitter commands;
  private final AtomicBoolean ending = new AtomicBoolean();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final AtomicBoolean released = new AtomicBoolean();

  private volatile SessionState state = SessionState.IDLE;
  private volatile List<String> rooms = List.of();
  private volatile SizeLimit limit;
  private boolean entered;
  private final ArrayDeque<Consumer<ClientSession>> inputs = new ArrayDeque<>();
  private Runnable timer = () -> {};
  private long timerAt = Long.MAX_VALUE;
  private volatile Runnable metrics = () -> {};

  /** Hears, on the loop, what happens to the session. */
  public interface Listener {
    /** The session has something to tell its user. */
    void reported(Report report);

    /** The server has said its last on the present connection. */
    void lost();

    /** The client is closed, or has given up. */
    void over();
  }

  /**
   * An engine with a carrier of its own to be given back with {@link #release}.
   *
   * @throws IllegalStateException if another client has the outbox
   * @throws java.io.UncheckedIOException if the outbox can't be read or written
   */
  public Engine(EngineOptions options, Dispatcher dispatcher, Traffic traffic, Listener listener) {
    this.listener = listener;
    this.traffic = traffic;
    this.carrier = options.carrier().get();
    this.driver = new SocketDriver(this, carrier, options, dispatcher, traffic);
    this.session =
        new ClientSession(
            options.settings(),
            options.greeted(),
            () -> ThreadLocalRandom.current().nextDouble(),
            driver);
    this.limit = session.conversation().limit();
    try {
      this.commands = new CommandSubmitter(this, options, dispatcher);
    } catch (RuntimeException failed) {
      carrier.release();
      throw failed;
    }
  }

  /** The present connection, and what goes over it. */
  public SocketDriver driver() {
    return driver;
  }

  /** What users want to get through. */
  public CommandSubmitter commands() {
    return commands;
  }

  /** Where the client is. Thread-safe. */
  public SessionState state() {
    return state;
  }

  /** The rooms it is in. Thread-safe. */
  public List<String> rooms() {
    return rooms;
  }

  /** How large a message the server takes. Thread-safe. */
  SizeLimit limit() {
    return limit;
  }

  /** The carrier's time, in milliseconds. Thread-safe. */
  @Override
  public long now() {
    return carrier.now();
  }

  /** Does something with the session on the loop, unless that has ended. Thread-safe. */
  @Override
  public boolean input(Consumer<ClientSession> input) {
    if (released.get()) {
      return false;
    }
    try {
      carrier.execute(() -> enter(input));
      return true;
    } catch (RejectedExecutionException ended) {
      LOG.debug("an input after the end", ended);
      return false;
    }
  }

  /** Asks the session something, after all that was asked before. Not to be called on the loop. */
  <T> T read(T atTheEnd, Function<ClientSession, T> what) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    boolean asked =
        input(machine -> {
          try {
            answer.complete(what.apply(machine));
          } catch (RuntimeException | Error broken) {
            answer.completeExceptionally(broken);
          }
        });
    return asked ? answer.join() : atTheEnd;
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
        take(next);
      }
    } finally {
      entered = false;
      rooms = session.conversation().rooms();
      limit = session.conversation().limit();
      schedule();
    }
  }

  /** One input that fails is lost; the client, its timer and its other inputs are not. */
  private void take(Consumer<ClientSession> input) {
    try {
      input.accept(session);
    } catch (RuntimeException broken) {
      LOG.error("the client failed at something, and goes on", broken);
    }
  }

  private void schedule() {
    long at = session.wakeAt();
    if (at == timerAt) {
      return;
    }
    timer.run();
    timerAt = at;
    if (at != Long.MAX_VALUE && !released.get()) {
      timer = carrier.schedule(this::tick, Math.max(0, at - now()));
    }
  }

  private void tick() {
    timerAt = Long.MAX_VALUE;
    driver.stillThere();
    enter(machine -> machine.advance(now()));
  }

  /** On the loop: the state has changed. */
  void changed(SessionState next) {
    state = next;
    traffic.note("* " + next);
    if (next == SessionState.CLOSED) {
      inputs.add(machine -> listener.over()); // when the user was told why
    }
    if (next == SessionState.CLOSED && ending.get()) {
      ended.complete(null);
    }
  }

  /** On the loop: the server has said its last on that connection. */
  void ending(int number, Runnable end) {
    if (driver.isAt(number)) {
      listener.lost();
      driver.ending(end);
    } else {
      end.run();
    }
  }

  /** On the loop: tells the user. */
  @Override
  public void report(Report report) {
    rooms = session.conversation().rooms();
    traffic.reported(report);
    listener.reported(report);
  }

  /** Whether the client was closed for good. Thread-safe. */
  public boolean ending() {
    return ending.get();
  }

  /** Ends the client, if it has not been ended before. Thread-safe. */
  public boolean end(Consumer<ClientSession> how) {
    if (ending.getAndSet(true)) {
      return false;
    }
    commands.end();
    input(machine -> {
      how.accept(machine);
      if (machine.state() == SessionState.CLOSED) {
        ended.complete(null);
      }
    });
    return true;
  }

  /** Completed on the loop when nothing more will happen. Thread-safe. */
  public CompletableFuture<@Nullable Void> ended() {
    return ended;
  }

  /** Gives the carrier back. Thread-safe; only the first call does something. */
  public void release() {
    if (!released.getAndSet(true)) {
      commands.close();
      metrics.run();
      try {
        carrier.execute(() -> timer.run());
      } catch (RejectedExecutionException ended) {
        LOG.debug("the loop ended before its client", ended);
      }
      carrier.release();
    }
  }

  /** Does something on the loop at an interval, while there is a connection. To be called once. */
  public void every(Duration interval, Runnable what) {
    long millis = interval.toMillis();
    metrics =
        carrier.schedule(
            () -> {
              if (state == SessionState.OPEN) {
                what.run();
              }
              if (!released.get()) {
                every(interval, what);
              }
            },
            millis);
    if (released.get()) {
      metrics.run();
    }
  }
}
