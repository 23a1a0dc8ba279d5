package dev.switchboard.cluster;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that receives what an engine sends on channels, and hands it to whoever listens to
 * them. {@link #listen} and {@link #watch} are called before {@link #start}; otherwise thread-safe.
 *
 * <p>Handlers and watchers are called one at a time, the handlers in the order in which the engine
 * sent the messages; they must not block, because nothing else is received meanwhile. What they
 * throw is logged.
 *
 * <p>If the connection is lost, it is opened again, for as long as that takes. Whatever was sent in
 * between is lost. Watchers are told of both.
 *
 * @param <M> what the engine sends
 */
public final class ChannelListener<M> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelListener.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final String engine;
  private final Connector<M> connector;
  private final Map<String, Consumer<M>> handlers = new LinkedHashMap<>(); // by channel
  private final List<Watcher> watchers = new ArrayList<>();
  private final Thread thread;
  private final Object telling = new Object(); // one handler or watcher at a time is called
  private volatile @Nullable Reception current; // null while there is none
  private volatile boolean closed; // set by close()

  /** Opens connections that receive. */
  public interface Connector<M> {
    /**
     * Connects and listens to channels.
     *
     * @param received handles a message of a channel; called by one thread at a time, possibly
     *     before this returns
     */
    Connection open(Set<String> channels, BiConsumer<String, M> received) throws Exception;
  }

  /** A connection that receives. */
  public interface Connection {
    /** Receives, and checks the connection now and then; throws when it is lost or has ended. */
    void receive() throws Exception;

    /** Ends it without waiting for that. May be called by any thread, and again. */
    void end();
  }

  /** Hears that messages may be lost. */
  public interface Watcher {
    /** The connection was lost. From now on messages are missed. */
    default void interrupted() {}

    /** Messages arrive again; those since {@link #interrupted} never will. */
    void restored();
  }

  /** What arrives on one connection, until another one takes its place. */
  private final class Reception {
    private volatile @Nullable Connection connection; // null while it is opened

    void open() throws Exception {
      Connection opened = connector.open(handlers.keySet(), this::received);
      connection = opened;
      if (closed) {
        opened.end();
      }
    }

    private void received(String channel, M message) {
      synchronized (telling) {
        Consumer<M> handler = handlers.get(channel);
        if (handler != null && equals(current)) {
          tell(() -> handler.accept(message));
        }
      }
    }

    void receive() throws Exception {
      Connection open = connection;
      if (open == null) {
        throw new IllegalStateException("not connected");
      }
      open.receive();
    }

    void end() {
      Connection open = connection;
      if (open != null) {
        open.end();
      }
    }
  }

  /**
   * Creates a listener that is not connected yet.
   *
   * @param engine the engine's name, for the log
   */
  public ChannelListener(String engine, Connector<M> connector) {
    this.engine = engine;
    this.connector = connector;
    this.thread = Thread.ofPlatform().daemon().name("switchboard-listen").unstarted(this::run);
  }

  /**
   * Calls the handler with each message on a channel, this process's own included. Only before
   * {@link #start}; one handler for each channel.
   */
  public void listen(String channel, Consumer<M> handler) {
    requireNew();
    if (handlers.putIfAbsent(channel, handler) != null) {
      throw new IllegalStateException("channel: " + channel + " has a handler already");
    }
  }

  /** Tells a watcher when the connection is lost and found. Only before {@link #start}. */
  public void watch(Watcher watcher) {
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
   * @throws HistoryException if the engine refuses or does not answer
   */
  public void start() {
    try {
      connect();
    } catch (Exception failure) {
      throw new HistoryException(engine + ": listening failed: " + Reason.of(failure), failure);
    }
    thread.start();
  }

  private void connect() throws Exception {
    Reception fresh = new Reception();
    current = fresh;
    fresh.open();
  }

  private void run() {
    while (!closed) {
      Reception open = current;
      try {
        if (open != null) {
          open.receive();
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
    LOG.warn("{}: the listening connection was lost: {}", engine, Reason.of(failure));
    end();
    tellAll(Watcher::interrupted);
    long pause = FIRST_PAUSE_MILLIS;
    while (!closed) {
      try {
        connect();
        LOG.warn("{}: listening again", engine);
        tellAll(Watcher::restored);
        return;
      } catch (Exception e) {
        LOG.debug("{}: not listening yet", engine, e);
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

  private void tell(Runnable told) {
    try {
      told.run();
    } catch (RuntimeException failure) {
      LOG.error("{}: handling what was received failed", engine, failure);
    }
  }

  private void end() {
    Reception open = current;
    current = null;
    if (open != null) {
      open.end();
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
