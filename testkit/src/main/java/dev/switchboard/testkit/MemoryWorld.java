package dev.switchboard.testkit;

import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.ConnectionState;
import dev.switchboard.client.WebSocketClient;
import dev.switchboard.client.engine.Carrier;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Clients and their server in memory: one thread for all of them, and a clock that moves only on
 * request. Thread-safe.
 */
final class MemoryWorld implements World {
  private static final String URI = "ws://memory/ws";
  private static final long LOOK_MILLIS = 2;

  private final MemoryLoop loop = new MemoryLoop();
  private final BlockingQueue<HttpExchange> upgrades = new LinkedBlockingQueue<>();
  private final List<WebSocketClient> clients = new CopyOnWriteArrayList<>();
  private final List<MemorySocket> sockets = new ArrayList<>(); // on the loop
  private boolean closed; // on the loop; whether further attempts are refused

  @Override
  public String uri() {
    return URI;
  }

  @Override
  public <C extends WebSocketClient> C build(ClientBuilder<C> options) {
    C client = options.carriedBy(this::carrier).build(URI);
    clients.add(client);
    return client;
  }

  private Carrier carrier() {
    return new MemoryCarrier(loop, this::arrived);
  }

  private void arrived(MemoryExchange exchange) {
    if (closed) {
      exchange.respond(HttpResponse.text(503, "the peer is closed"));
      return;
    }
    exchange.whenOpen(sockets::add);
    upgrades.add(exchange);
  }

  /**
   * Returns the next connection attempt. If a client is waiting to reconnect, the clock moves to
   * its attempt, so it comes at once.
   */
  @Override
  public @Nullable HttpExchange next(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (System.nanoTime() < deadline) {
      HttpExchange exchange = upgrades.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (exchange != null) {
        return exchange;
      }
      if (upgrades.isEmpty()) {
        loop.skip(this::puttingOff);
      }
    }
    return null;
  }

  private boolean puttingOff() {
    return upgrades.isEmpty()
        && clients.stream().anyMatch(client -> client.state() == ConnectionState.WAITING);
  }

  @Override
  public void later(Duration delay, Runnable what) {
    Runnable unused = loop.schedule(what, delay.toMillis());
  }

  @Override
  public void pass(Duration time) {
    loop.pass(time.toMillis());
  }

  /** Returns an unanswered connection attempt, or null. */
  @Nullable HttpExchange waiting() {
    return upgrades.poll();
  }

  /** Runs a task on the thread of all clients, and returns when it is done. */
  void execute(Runnable task) {
    loop.execute(task);
    loop.settle();
  }

  /** Returns when only timers are left. */
  void settle() {
    loop.settle();
  }

  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      sockets.forEach(MemorySocket::terminate);
    });
    loop.close();
  }
}
