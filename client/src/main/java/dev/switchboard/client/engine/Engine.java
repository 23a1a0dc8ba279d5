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
 * Gives a {@link ClientSession} its thread, clock and random numbers; {@link SocketDriver} gives it
 * sockets, and {@link CommandSubmitter} the users' commands. Everything not marked thread-safe is
 * confined to the loop, which is the carrier's thread. No users' code runs here.
 *
 * <p>{@link #enter} is the only way into the session. While an input runs, further ones are queued
 * in {@code inputs}, so the session is never re-entered by its own effects. After the last one,
 * {@code enter} publishes the state that other threads read, and schedules the timer for {@link
 * ClientSession#wakeAt}.
 *
 * <p>An engine ends in two steps. {@link #end} closes the session and completes {@code ended} when
 * the session is closed; {@link #release} then gives back the carrier. Inputs after that are
 * refused.
 */
public final class Engine implements SessionLoop {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final Listener listener;
  private final Traffic traffic;
  private final Carrier carrier;
  private final SocketDriver driver;
  private final ClientSession session;
  private final CommandSubmitter commands;
  private final AtomicBoolean ending = new AtomicBoolean(); // whether end() was called
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final AtomicBoolean released = new AtomicBoolean(); // whether release() was called

  // Copies of the session's state, written on the loop and read by any thread.
  private volatile SessionState state = SessionState.IDLE;
  private volatile List<String> rooms = List.of();
  private volatile boolean authenticated;
  private volatile SizeLimit limit;

  // On the loop.
  private boolean entered; // whether an input is running
  private final ArrayDeque<Consumer<ClientSession>> inputs = new ArrayDeque<>(); // run after it
  private Runnable timer = () -> {}; // cancels the scheduled tick
  private long timerAt = Long.MAX_VALUE; // when that tick is due; MAX_VALUE if there is none

  private volatile Runnable metrics = () -> {}; // cancels the next run of every()

  /** Receives the session's events, on the loop. */
  public interface Listener {
    /** The session has something to report to its user. */
    void reported(Report report);

    /** The server will send nothing more on the current connection. */
    void lost();

    /** The client is closed or has given up. */
    void over();
  }

  /**
   * Creates an engine with its own carrier, which {@link #release} gives back.
   *
   * @throws IllegalStateException if another client is using the outbox
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
            options.attempt().tokens(),
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

  /** Returns the driver of the current connection. */
  public SocketDriver driver() {
    return driver;
  }

  /** Returns the way in for users' commands. */
  public CommandSubmitter commands() {
    return commands;
  }

  /** Returns the client's state. Thread-safe. */
  public SessionState state() {
    return state;
  }

  /** Returns the joined rooms. Thread-safe. */
  public List<String> rooms() {
    return rooms;
  }

  /** Whether the server has taken a token on the present connection. Thread-safe. */
  public boolean authenticated() {
    return authenticated;
  }

  /** Returns the server's message size limit. Thread-safe. */
  SizeLimit limit() {
    return limit;
  }

  /** Returns the carrier's time, in milliseconds. Thread-safe. */
  @Override
  public long now() {
    return carrier.now();
  }

  /**
   * Runs an input on the loop, unless the loop has ended. Returns whether it will run. Thread-safe.
   */
  @Override
  public boolean input(Consumer<ClientSession> input) {
    if (released.get()) {
      return false;
    }
    try {
      carrier.execute(() -> enter(input));
      return true;
    } catch (RejectedExecutionException ended) {
      LOG.debug("ignored an input after the end of the loop", ended);
      return false;
    }
  }

  /** Reads from the session after all earlier inputs. Must not be called on the loop. */
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

  /** On the loop: runs an input now, or after the running one if there is one. */
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
      authenticated = session.authenticated();
      schedule();
    }
  }

  /**
   * Runs one input. If it fails, only this input is lost; the client, its timer and other inputs
   * continue.
   */
  private void take(Consumer<ClientSession> input) {
    try {
      input.accept(session);
    } catch (RuntimeException broken) {
      LOG.error("the client failed to handle an event, and continues", broken);
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
      inputs.add(machine -> listener.over()); // after the user was told why
    }
    if (next == SessionState.CLOSED && ending.get()) {
      ended.complete(null);
    }
  }

  /** On the loop: the server will send nothing more on this connection. */
  void ending(int number, Runnable end) {
    if (driver.isAt(number)) {
      listener.lost();
      driver.ending(end);
    } else {
      end.run();
    }
  }

  /** On the loop: reports to the user. */
  @Override
  public void report(Report report) {
    rooms = session.conversation().rooms();
    authenticated = session.authenticated();
    traffic.reported(report);
    listener.reported(report);
  }

  /** Whether the client was closed for good. Thread-safe. */
  public boolean ending() {
    return ending.get();
  }

  /** Ends the client. Returns false if that was done before. Thread-safe. */
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

  /** Gives the carrier back. Thread-safe; only the first call has an effect. */
  public void release() {
    if (!released.getAndSet(true)) {
      commands.close();
      metrics.run();
      try {
        carrier.execute(() -> {
          timer.run();
          driver.tokenTooLate();
        });
      } catch (RejectedExecutionException ended) {
        LOG.debug("the loop had ended before its client", ended);
      }
      carrier.release();
    }
  }

  /**
   * Runs a task on the loop at an interval while there is a connection. Called at most once by
   * users.
   */
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
