package dev.switchboard.testkit;

import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.WebSocketClient;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Real sockets on a free port, with real time. Thread-safe. */
final class SocketWorld implements World {
  private final Loops loops = Loops.of(IoKind.NIO, 1);
  private final BlockingQueue<HttpExchange> upgrades = new LinkedBlockingQueue<>();
  private final ServerTransport transport =
      ServerTransport.bind(
          ServerTransportOptions.builder().host("127.0.0.1").port(0).build(), loops, upgrades::add);

  @Override
  public String uri() {
    return "ws://127.0.0.1:" + transport.localAddress().getPort() + "/ws";
  }

  @Override
  public <C extends WebSocketClient> C build(ClientBuilder<C> options) {
    return options.build(uri());
  }

  @Override
  public @Nullable HttpExchange next(Duration atMost) throws InterruptedException {
    return upgrades.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void later(Duration delay, Runnable what) {
    var unused = loops.next().schedule(what, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void pass(Duration time) {
    Patience.until(time, () -> false);
  }

  @Override
  public void close() {
    transport.close();
    loops.close();
  }
}
