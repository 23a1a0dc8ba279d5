package dev.switchboard.client.engine;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * What one client stands on: a thread, a clock, and the way to servers. Thread-safe.
 *
 * <p>Everything that a client does happens on that thread, one task at a time.
 */
public interface Carrier {

  /** Runs a task on the thread, after all before it. Throws when the thread has ended. */
  void execute(Runnable task) throws RejectedExecutionException;

  /** Whether the caller is on the thread. */
  boolean here();

  /** Milliseconds of a clock that only goes forward. */
  long now();

  /** Runs a task on the thread after so many milliseconds. Running what is returned prevents it. */
  Runnable schedule(Runnable task, long millis);

  /** Opens a socket; as {@link dev.switchboard.transport.netty.ClientTransport#connect}. */
  CompletionStage<WebSocket> connect(
      ClientConnect request, Function<WebSocket, WebSocketListener> listener);

  /** The client needs nothing more. */
  void release();
}
