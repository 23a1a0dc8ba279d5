package dev.switchboard.testkit;

import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.WebSocketClient;
import dev.switchboard.transport.HttpExchange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a scripted peer meets its clients. */
interface World extends AutoCloseable {
  /** Where clients connect. */
  String uri();

  /** A client that connects there. */
  <C extends WebSocketClient> C build(ClientBuilder<C> options);

  /** The next attempt to connect; null if none came in time. */
  @Nullable HttpExchange next(Duration atMost) throws InterruptedException;

  /** Does something after that time. */
  void later(Duration delay, Runnable what);

  /** Lets time pass. */
  void pass(Duration time);

  /** Ends all connections, and takes no more. */
  @Override
  void close();
}
