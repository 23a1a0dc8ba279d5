package dev.switchboard.testkit;

import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.WebSocketClient;
import dev.switchboard.transport.HttpExchange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Connects a scripted peer with its clients. */
interface World extends AutoCloseable {
  /** Returns the address that clients connect to. */
  String uri();

  /** Builds a client that connects there. */
  <C extends WebSocketClient> C build(ClientBuilder<C> options);

  /** Returns the next connection attempt, or null if there is none in time. */
  @Nullable HttpExchange next(Duration atMost) throws InterruptedException;

  /** Runs a task after a delay. */
  void later(Duration delay, Runnable what);

  /** Lets time pass. */
  void pass(Duration time);

  /** Ends all connections, and accepts no more. */
  @Override
  void close();
}
