package dev.switchboard.cluster.postgres;

import dev.switchboard.history.sql.Reason;
import dev.switchboard.spi.TransactionalMessages;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the rows of {@code switchboard_outbox}, at one server at a time. Thread-safe.
 *
 * <p>Each server has a connection of its own for this, and tries to get an advisory lock on it. The
 * one that has the lock asks for rows every 100 ms, and without a pause while there are some. It
 * publishes a batch, all or nothing, and then deletes it. If it dies in between, the next server
 * publishes the same rows again under the same message ids, so that nothing is appended.
 *
 * <p>The lock ends with the connection. The database ends a connection that is silent for 10
 * seconds, because its server was suspended or the network was cut. If such a server goes on with
 * its batch, the rows have been published already, and again nothing is appended.
 *
 * <p>Why it asks, rather than listens: {@code NOTIFY} in the application's transactions would make
 * their commits wait for each other ({@code docs/decisions/0038}).
 */
final class OutboxReader implements TransactionalMessages {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxReader.class);
  private static final long POLL_MILLIS = 100;
  private static final long TURN_MILLIS = 2_000; // between attempts to get the lock
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long LONGEST_WAIT_MILLIS = 2_000; // with the lock, which ends after 10 s

  /** After a long search, for rows among those that are deleted but not yet removed: a rest. */
  private static final long REST = 10;

  private static final long BATCH_MILLIS = 2_000; // for what is being published, when closing
  private static final long CLOSE_MILLIS = 1_000;

  private final DirectConnections connections;
  private final String schema;
  private final Object closing = new Object(); // its monitor is notified by close()
  private volatile boolean closed; // set by close(), under closing
  private volatile @Nullable Thread thread; // null until start()
  private volatile @Nullable Connection connection; // the open one; written by the thread

  // Confined to the thread.
  private boolean locked; // whether this server has the lock, on the open connection
  private int failures; // of the database, in a row
  private int refusals; // of publishing, in a row

  /**
   * Creates a reader that has not started.
   *
   * @param connections lead to the database itself: a pooler in transaction mode keeps no lock
   * @param schema the schema of the tables, as an SQL identifier
   */
  OutboxReader(DirectConnections connections, String schema) {
    this.connections = connections;
    this.schema = schema;
  }

  @Override
  public void start(Publisher publisher) {
    synchronized (closing) {
      if (!closed) {
        thread =
            Thread.ofPlatform().daemon().name("switchboard-outbox").start(() -> run(publisher));
      }
    }
  }

  private void run(Publisher publisher) {
    try {
      while (!closed) {
        long pause;
        try {
          pause = step(publisher);
        } catch (InterruptedException stopped) {
          throw stopped;
        } catch (Throwable failure) { // whatever it was, it is tried again
          pause = failed(failure);
        }
        rest(pause);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt(); // by close()
    } finally {
      disconnect();
    }
  }

  /** Does what comes next. Returns for how many milliseconds to rest afterwards. */
  private long step(Publisher publisher) throws SQLException, InterruptedException {
    Connection open = connection;
    if (open == null) {
      open =
          connections.open(
              "switchboard-outbox",
              "SET search_path = " + schema,
              "SET idle_session_timeout = '10s'");
      connection = open;
    }
    if (!locked) {
      locked = OutboxTable.lock(open);
      if (!locked) {
        answered();
        return TURN_MILLIS;
      }
    }
    long began = System.nanoTime();
    List<OutboxRow> rows = OutboxTable.first(open);
    answered();
    if (rows.isEmpty()) {
      long took = (System.nanoTime() - began) / 1_000_000;
      return Math.clamp(REST * took, POLL_MILLIS, LONGEST_WAIT_MILLIS);
    }
    return publish(open, rows, publisher);
  }

  private long publish(Connection open, List<OutboxRow> rows, Publisher publisher)
      throws SQLException, InterruptedException {
    OutboxBatch batch = new OutboxBatch(publisher);
    boolean all = batch.publish(rows);
    if (!batch.published().isEmpty()) {
      OutboxTable.delete(open, batch.published());
    }
    if (!batch.errors().isEmpty()) {
      LOG.warn(
          "outbox: {} rows can't be published and are set aside; the first is number {}: {}",
          batch.errors().size(),
          batch.errors().firstEntry().getKey(),
          batch.errors().firstEntry().getValue());
      OutboxTable.setAside(open, batch.errors());
    }
    if (all) {
      if (refusals > 0) {
        LOG.warn("outbox: publishing works again");
      }
      refusals = 0;
      return 0;
    }
    if (refusals++ == 0) {
      LOG.warn("outbox: publishing does not work now; messages wait");
    }
    return pause(refusals, LONGEST_WAIT_MILLIS);
  }

  private void answered() {
    if (failures > 0) {
      LOG.warn("outbox: the database answers again");
      failures = 0;
    }
  }

  private long failed(Throwable failure) {
    disconnect();
    if (failures++ == 0 && !closed) {
      LOG.warn("outbox: the database does not answer: {}", Reason.of(failure));
      LOG.debug("outbox: the database does not answer", failure);
    }
    return pause(failures, LONGEST_PAUSE_MILLIS);
  }

  /** Returns a random pause that grows with each attempt, so that servers do not come together. */
  private static long pause(int attempts, long longest) {
    long pause = Math.min(FIRST_PAUSE_MILLIS << Math.min(attempts, 10), longest);
    return pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2);
  }

  /** Waits, unless the reader is closed. */
  private void rest(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    synchronized (closing) {
      for (long left = millis; left > 0 && !closed; left = (end - System.nanoTime()) / 1_000_000) {
        closing.wait(left);
      }
    }
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    locked = false;
    DirectConnections.abort(open);
  }

  @Override
  public void close() {
    Thread running;
    synchronized (closing) {
      closed = true;
      closing.notifyAll();
      running = thread;
    }
    if (running == null) {
      return;
    }
    try {
      if (connection != null) {
        running.join(BATCH_MILLIS);
      }
      DirectConnections.abort(connection);
      running.interrupt();
      running.join(CLOSE_MILLIS); // it may be connecting, and ends when it has
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
