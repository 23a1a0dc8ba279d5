package dev.switchboard.testkit;

import dev.switchboard.client.engine.Carrier;
import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** The environment of a client in memory. Thread-safe. */
final class MemoryCarrier implements Carrier {
  private final MemoryLoop loop;
  private final Consumer<MemoryExchange> arrived;

  /** Creates a carrier. {@code arrived} receives the client's connection attempts, on the loop. */
  MemoryCarrier(MemoryLoop loop, Consumer<MemoryExchange> arrived) {
    this.loop = loop;
    this.arrived = arrived;
    loop.acquire();
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public boolean here() {
    return loop.here();
  }

  @Override
  public long now() {
    return loop.now();
  }

  @Override
  public Runnable schedule(Runnable task, long millis) {
    return loop.schedule(task, millis);
  }

  @Override
  public CompletionStage<WebSocket> connect(
      ClientConnect request, Function<WebSocket, WebSocketListener> listener) {
    CompletableFuture<WebSocket> opened = new CompletableFuture<>();
    HandshakeException late =
        new HandshakeException(
            HandshakeException.Kind.TIMEOUT,
            "connect: not done within " + request.connectTimeout(),
            null);
    Runnable inTime =
        loop.schedule(
            () -> opened.completeExceptionally(late), request.connectTimeout().toMillis());
    loop.execute(() -> arrived.accept(new MemoryExchange(loop, request, listener, opened)));
    return opened.whenComplete((open, failure) -> inTime.run());
  }

  @Override
  public void release() {
    loop.release();
  }
}
