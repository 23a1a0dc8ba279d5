package dev.switchboard.cluster.postgres;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that listens to notifications of the database and hands them to whoever listens to
 * their channel. {@link #listen} and {@link #watch} are called before {@link #start}; otherwise
 * thread-safe.
 *
 * <p>Handlers and watchers are called on one thread, one at a time, in the order in which the
 * database sent the notifications; they must not block for long, because nothing else is received
 * meanwhile. What they throw is logged.
 *
 * <p>If the connection is lost, it is opened again, for as long as that takes. Whatever was
 * notified in between is lost. Watchers are told of both.
 */
final class PostgresListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresListener.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  /** After so much silence the connection is checked, because a cut network makes no noise. */
  private static final int SILENCE_MILLIS = 5_000;

  private static final int ANSWER_SECONDS = 5;

  private final DirectConnections connections;
  private final Map<String, Consumer<String>> handlers = new LinkedHashMap<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private final Thread thread;
  private volatile @Nullable Connection connection; // the open one; written by the thread and start
  private volatile boolean closed; // set by close()

  /** Hears that notifications may be lost. */
  interface Watcher {
    /** The connection was lost. From now on notifications are missed. */
    void interrupted();

    /** Notifications arrive again; those since {@link #interrupted} never will. */
    void restored();
  }

  /**
   * Creates a listener that is not connected yet.
   *
   * @param url a URL of the PostgreSQL driver. It must lead to the database itself: a connection
   *     through a pooler in transaction mode hears nothing
   */
  PostgresListener(String url, @Nullable String user, @Nullable String password) {
    this.connections = new DirectConnections(url, user, password);
    this.thread = Thread.ofPlatform().daemon().name("switchboard-listen").unstarted(this::run);
  }

  /**
   * Returns the channel with this name for the schema that a connection uses. Channels belong to
   * the whole database, but deployments in two schemas are none of each other's business.
   */
  static String channel(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT 'switchboard_' || ? || '_' || left(md5(current_schema()), 16)")) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  /**
   * Calls the handler with the payload of each notification on a channel, this process's own
   * included. Only before {@link #start}; one handler for each channel.
   *
   * @param channel a name from {@link #channel}
   */
  void listen(String channel, Consumer<String> handler) {
    requireNew();
    if (handlers.putIfAbsent(channel, handler) != null) {
      throw new IllegalStateException("channel: " + channel + " has a handler already");
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
   * @throws HistoryException if the database refuses or does not answer
   */
  void start() {
    try {
      connect();
    } catch (SQLException e) {
      throw new HistoryException("PostgreSQL: listening failed: " + Reason.of(e), e);
    }
    thread.start();
  }

  private void connect() throws SQLException {
    String[] listens =
        handlers.keySet().stream().map(channel -> "LISTEN " + channel).toArray(String[]::new);
    connection = connections.open("switchboard-listen", listens);
    if (closed) {
      abort();
    }
  }

  private void run() {
    while (!closed) {
      try {
        receive();
      } catch (Throwable failure) { // whatever it was, a new connection is the answer
        lost(failure);
      }
    }
  }

  private void receive() throws SQLException {
    Connection open = connection;
    if (open == null) {
      throw new SQLException("not connected");
    }
    PGNotification[] received = open.unwrap(PGConnection.class).getNotifications(SILENCE_MILLIS);
    if (received != null && received.length > 0) {
      for (PGNotification notification : received) {
        handle(notification);
      }
    } else if (!open.isValid(ANSWER_SECONDS)) {
      throw new SQLException("the connection does not answer");
    }
  }

  private void handle(PGNotification notification) {
    Consumer<String> handler = handlers.get(notification.getName());
    if (handler != null) {
      try {
        handler.accept(notification.getParameter());
      } catch (RuntimeException failure) {
        LOG.error("{}: handling a notification failed", notification.getName(), failure);
      }
    }
  }

  /** Connects again, however often that takes. */
  private void lost(Throwable failure) {
    if (closed) {
      return;
    }
    LOG.warn("PostgreSQL: the listening connection was lost: {}", Reason.of(failure));
    abort();
    watchers.forEach(watcher -> tell(watcher::interrupted));
    long pause = FIRST_PAUSE_MILLIS;
    while (!closed) {
      try {
        connect();
        LOG.warn("PostgreSQL: listening again");
        watchers.forEach(watcher -> tell(watcher::restored));
        return;
      } catch (SQLException | RuntimeException e) {
        LOG.debug("PostgreSQL: not listening yet", e);
      }
      try {
        Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause)); // not all at once
      } catch (InterruptedException stopped) {
        return; // by close()
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private static void tell(Runnable told) {
    try {
      told.run();
    } catch (RuntimeException failure) {
      LOG.error("PostgreSQL: a watcher of the listening connection failed", failure);
    }
  }

  private void abort() {
    Connection open = connection;
    connection = null;
    DirectConnections.abort(open);
  }

  /** Stops receiving. Waits a second for a handler that is running. Closing again has no effect. */
  @Override
  public void close() {
    closed = true;
    abort();
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
