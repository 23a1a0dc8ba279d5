package dev.switchboard.client.engine;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.netty.ClientTransport;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Real sockets and real time, on one of the event loops that all clients share. */
public final class LoopCarrier implements Carrier {
  private final EventLoop loop = SharedLoops.acquire();

  /** Acquires an event loop, which {@link #release} gives back. */
  public LoopCarrier() {}

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public boolean here() {
    return loop.inEventLoop();
  }

  @Override
  public long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Runnable schedule(Runnable task, long millis) {
    ScheduledFuture<?> timer = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
    return () -> timer.cancel(false);
  }

  @Override
  public CompletionStage<WebSocket> connect(
      ClientConnect request, Function<WebSocket, WebSocketListener> listener) {
    return ClientTransport.connect(request, loop, listener);
  }

  @Override
  public void release() {
    SharedLoops.release();
  }
}
