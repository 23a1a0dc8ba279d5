package dev.switchboard.cluster.redis;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Reason;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that subscribes to channels and hands their messages to whoever listens. {@link
 * #listen} and {@link #watch} are called before {@link #start}; otherwise thread-safe.
 *
 * <p>Handlers and watchers are called one at a time, the handlers in the order in which Redis sent
 * the messages; they must not block, because a thread of the driver calls them. What they throw is
 * logged.
 *
 * <p>If the connection is lost, it is opened again, for as long as that takes. Whatever was
 * published in between is lost. Watchers are told of both.
 */
final class RedisListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisListener.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  /** So often the connection is checked, because a cut network makes no noise. */
  private static final int CHECK_SECONDS = 5;

  private static final int ANSWER_SECONDS = 5;

  private final RedisServer server;
  private final Map<String, Consumer<byte[]>> handlers = new LinkedHashMap<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private final Thread thread;
  private final Object telling = new Object(); // one handler or watcher at a time is called
  private volatile @Nullable Subscription current; // null while there is none
  private volatile boolean closed; // set by close()

  /** Hears that messages may be lost. */
  interface Watcher {
    /** The connection was lost. From now on messages are missed. */
    void interrupted();

    /** Messages arrive again; those since {@link #interrupted} never will. */
    void restored();
  }

  /** Creates a listener that is not connected yet. */
  RedisListener(RedisServer server) {
    this.server = server;
    this.thread = Thread.ofPlatform().daemon().name("switchboard-listen").unstarted(this::run);
  }

  /**
   * Calls the handler with each message on a channel, this process's own included. Only before
   * {@link #start}; one handler for each channel.
   */
  void listen(byte[] channel, Consumer<byte[]> handler) {
    requireNew();
    String name = new String(channel, StandardCharsets.UTF_8);
    if (handlers.putIfAbsent(name, handler) != null) {
      throw new IllegalStateException("channel: " + name + " has a handler already");
    }
  }

  /** Tells a watcher when the connection is lost and found. Only before {@link #start}. */
  void watch(Watcher watcher) {
    requireNew();
    watchers.add(watcher);
  }

  private void requireNew() {
    if (thread.getState() != Thread.State.NEW) {
      throw new IllegalStateException("the listener has started (expected: a new one)");
    }
  }

  /**
   * Connects, and receives from then on until {@link #close}.
   *
   * @throws HistoryException if Redis refuses or does not answer
   */
  void start() {
    try {
      connect();
    } catch (RuntimeException failure) {
      throw new HistoryException("Redis: listening failed: " + Reason.of(failure), failure);
    }
    thread.start();
  }

  /** A connection that has subscribed, or is about to. */
  private final class Subscription extends RedisPubSubAdapter<byte[], byte[]>
      implements RedisConnectionStateListener, AutoCloseable {
    final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    final CountDownLatch ended = new CountDownLatch(1);

    Subscription() {
      connection = server.connectPubSub("switchboard-listen");
      connection.addListener((RedisConnectionStateListener) this);
      connection.addListener((RedisPubSubListener<byte[], byte[]>) this);
    }

    @Override
    public void message(byte[] channel, byte[] message) {
      synchronized (telling) {
        Consumer<byte[]> handler = handlers.get(new String(channel, StandardCharsets.UTF_8));
        if (handler != null && equals(current)) {
          tell(() -> handler.accept(message));
        }
      }
    }

    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {}

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
      ended.countDown();
    }

    @Override
    public void onRedisExceptionCaught(RedisChannelHandler<?, ?> handler, Throwable cause) {
      LOG.debug("Redis: the listening connection", cause);
    }

    /** Returns when the connection is lost. */
    void watchOver() throws Exception {
      while (!ended.await(CHECK_SECONDS, TimeUnit.SECONDS)) {
        var unused = connection.async().ping().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      }
      throw new IOException("the connection has ended");
    }

    @Override
    public void close() {
      var unused = connection.closeAsync();
    }
  }

  private void connect() {
    Subscription fresh = new Subscription();
    current = fresh;
    boolean subscribed = false;
    try {
      byte[][] channels =
          handlers.keySet().stream()
              .map(name -> name.getBytes(StandardCharsets.UTF_8))
              .toArray(byte[][]::new);
      fresh.connection.sync().subscribe(channels);
      subscribed = true;
    } finally {
      if (!subscribed || closed) {
        fresh.close();
      }
    }
  }

  private void run() {
    while (!closed) {
      Subscription open = current;
      try {
        if (open != null) {
          open.watchOver();
        }
      } catch (Throwable failure) { // whatever it was, a new connection is the answer
        lost(failure);
      }
    }
  }

  /** Connects again, however often that takes. */
  private void lost(Throwable failure) {
    if (closed) {
      return;
    }
    LOG.warn("Redis: the listening connection was lost: {}", Reason.of(failure));
    end();
    tellAll(Watcher::interrupted);
    long pause = FIRST_PAUSE_MILLIS;
    while (!closed) {
      try {
        connect();
        LOG.warn("Redis: listening again");
        tellAll(Watcher::restored);
        return;
      } catch (RuntimeException e) {
        LOG.debug("Redis: not listening yet", e);
      }
      try {
        Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause)); // not all at once
      } catch (InterruptedException stopped) {
        return; // by close()
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private void tellAll(Consumer<Watcher> what) {
    synchronized (telling) {
      watchers.forEach(watcher -> tell(() -> what.accept(watcher)));
    }
  }

  private static void tell(Runnable told) {
    try {
      told.run();
    } catch (RuntimeException failure) {
      LOG.error("Redis: handling a message failed", failure);
    }
  }

  private void end() {
    Subscription open = current;
    current = null;
    if (open != null) {
      open.close();
    }
  }

  /** Stops receiving. Waits a second for a handler that is running. Closing again has no effect. */
  @Override
  public void close() {
    closed = true;
    end();
    thread.interrupt();
    try {
      if (!Thread.currentThread().equals(thread) && thread.getState() != Thread.State.NEW) {
        boolean unused = thread.join(Duration.ofSeconds(1)); // it may be connecting
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
