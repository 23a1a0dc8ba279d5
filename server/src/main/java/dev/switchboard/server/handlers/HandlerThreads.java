package dev.switchboard.server.handlers;

import dev.switchboard.server.limits.ReadGate;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Where the users' code of one endpoint runs, and who notices if it does not return. Thread-safe.
 */
public final class HandlerThreads {
  private final boolean onLoop;
  private final Function<EventLoop, Executor> newThreads;
  private final HandlerWatchdog watchdog;
  private final Map<EventLoop, Executor> threads = new ConcurrentHashMap<>(4);

  /**
   * Threads for one endpoint.
   *
   * @param onLoop whether users' code runs on the connections' event loops
   * @param newThreads makes the executor for the connections of a loop, if it does not
   */
  public HandlerThreads(
      boolean onLoop, Function<EventLoop, Executor> newThreads, HandlerWatchdog watchdog) {
    this.onLoop = onLoop;
    this.newThreads = newThreads;
    this.watchdog = watchdog;
  }

  /** Whether users' code runs on the event loops. */
  public boolean onLoop() {
    return onLoop;
  }

  /** Notices handlers that do not return. */
  public HandlerWatchdog watchdog() {
    return watchdog;
  }

  /**
   * A mailbox for one connection.
   *
   * @param here runs a task on the connection's loop, at once if the caller is there
   * @param whose says in reports whose handler is stuck
   */
  public Mailbox mailbox(ReadGate gate, EventLoop loop, Executor here, Object whose) {
    return new Mailbox(gate, onLoop ? here : of(loop), watchdog, whose);
  }

  private Executor of(EventLoop loop) {
    return Objects.requireNonNull(threads.computeIfAbsent(loop, newThreads));
  }
}
