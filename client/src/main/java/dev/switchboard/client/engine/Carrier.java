package dev.switchboard.client.engine;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * The environment of one client: a thread, a clock, and a way to connect. Thread-safe.
 *
 * <p>Everything that a client does happens on this thread, one task at a time.
 */
public interface Carrier {

  /**
   * Runs a task on the thread after all earlier ones.
   *
   * @throws RejectedExecutionException if the thread has ended
   */
  void execute(Runnable task) throws RejectedExecutionException;

  /** Whether the caller is on the thread. */
  boolean here();

  /** Returns the time of a monotonic clock, in milliseconds. */
  long now();

  /** Runs a task on the thread after this many milliseconds. Running the result cancels it. */
  Runnable schedule(Runnable task, long millis);

  /** Opens a socket, as {@link dev.switchboard.transport.netty.ClientTransport#connect} does. */
  CompletionStage<WebSocket> connect(
      ClientConnect request, Function<WebSocket, WebSocketListener> listener);

  /** Releases the carrier when the client needs nothing more. */
  void release();
}
