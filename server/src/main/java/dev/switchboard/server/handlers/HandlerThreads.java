package dev.switchboard.server.handlers;

import dev.switchboard.server.limits.ReadGate;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Runs the users' code of one endpoint, and notices if it does not return. Thread-safe. */
public final class HandlerThreads {
  private final boolean onLoop;
  private final Function<EventLoop, Executor> newThreads;
  private final HandlerWatchdog watchdog;
  private final Map<EventLoop, Executor> threads = new ConcurrentHashMap<>(4);

  /**
   * Creates the threads of one endpoint.
   *
   * @param onLoop whether users' code runs on the connections' event loops
   * @param newThreads otherwise creates the executor for the connections of a loop
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

  /** Returns the watchdog that notices handlers that do not return. */
  public HandlerWatchdog watchdog() {
    return watchdog;
  }

  /**
   * Creates a mailbox for one connection.
   *
   * @param here runs a task on the connection's loop, immediately if the caller is on it
   * @param whose identifies the connection in reports about a stuck handler
   */
  public Mailbox mailbox(ReadGate gate, EventLoop loop, Executor here, Object whose) {
    return new Mailbox(gate, onLoop ? here : of(loop), watchdog, whose);
  }

  private Executor of(EventLoop loop) {
    return Objects.requireNonNull(threads.computeIfAbsent(loop, newThreads));
  }
}
