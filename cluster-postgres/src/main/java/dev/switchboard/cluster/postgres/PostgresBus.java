package dev.switchboard.cluster.postgres;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Reason;
import dev.switchboard.spi.Bus;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bus over PostgreSQL's notifications. One thread takes everything that waits to be sent and
 * sends it in one statement on a connection of its own, so that no append waits for it. That
 * connection does not wait for the disk ({@code synchronous_commit = off}): a notification holds a
 * lock that is shared by the whole database until its transaction has ended, and it need not
 * survive a crash.
 *
 * <p>What can't be sent is dropped, and its batch's number with it. From the numbers, the other
 * servers learn that they have missed something as soon as the next batch arrives; there is one,
 * possibly empty, as soon as the database can be reached again.
 *
 * <p>Large messages go in parts rather than by a table: a transaction's notifications arrive in
 * order and without others in between, so parts need nothing to be stored, read and cleaned up.
 */
final class PostgresBus implements Bus {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresBus.class);
  private static final long MAX_WAITING_BYTES = 32L << 20;
  private static final long BATCH_BYTES = 1L << 20;
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long PROBE_SECONDS = 5;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private final PostgresListener listener;
  private final DirectConnections connections;
  private final String channel;
  private final String node = Long.toString(new SecureRandom().nextLong() >>> 4, 36);
  private final CountDownLatch heardSelf = new CountDownLatch(1);
  private final BusReceiver receiver = new BusReceiver(node, heardSelf::countDown);
  private final Thread thread;
  private volatile @Nullable Connection connection; // null while there is none; written by sending
  private long batches; // how many were tried; confined to the sending thread, after start()

  // Guarded by waiting.
  private final Queue<BusParts.Message> waiting = new ArrayDeque<>();
  private long waitingBytes; // of the messages in waiting
  private boolean lost; // whether a message was dropped of which the others do not know yet
  private boolean closed; // never reset

  /**
   * Creates a bus that is not connected yet.
   *
   * @param listener receives; it has not started
   * @param connections opens the connection that sends
   */
  PostgresBus(PostgresListener listener, DirectConnections connections, String channel) {
    this.listener = listener;
    this.connections = connections;
    this.channel = channel;
    this.thread = Thread.ofPlatform().daemon().name("switchboard-bus").unstarted(this::run);
    listener.listen(channel, receiver::received);
    listener.watch(receiver);
  }

  @Override
  public void listen(String kind, Listener heard) {
    receiver.listen(kind, heard);
  }

  @Override
  public void start() {
    listener.start();
    try {
      connect();
      notifyOthers(List.of()); // and this server
      if (!heardSelf.await(PROBE_SECONDS, TimeUnit.SECONDS)) {
        throw new HistoryException(
            "PostgreSQL: notifications do not arrive (expected: a connection to the database itself;"
                + " a pooler in transaction mode can't LISTEN)",
            null);
      }
    } catch (SQLException e) {
      throw new HistoryException("PostgreSQL: notifying failed: " + Reason.of(e), e);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HistoryException("PostgreSQL: interrupted while connecting", interrupted);
    }
    thread.start();
  }

  @Override
  public void send(String kind, byte[] message) {
    synchronized (waiting) {
      if (closed) {
        return;
      }
      if (waitingBytes + message.length > MAX_WAITING_BYTES && !waiting.isEmpty()) {
        lost = true;
      } else {
        waiting.add(new BusParts.Message(kind, message));
        waitingBytes += message.length;
      }
      waiting.notifyAll();
    }
  }

  private void run() {
    long pause = 0;
    try {
      for (List<BusParts.Message> batch = take(pause); batch != null; batch = take(pause)) {
        pause =
            sendOrDrop(batch) ? 0 : Math.clamp(2 * pause, FIRST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt(); // by close()
    }
  }

  /**
   * Waits for the pause after a failure, and then for something to send: messages, or that some
   * were lost. Returns null if there will be nothing more.
   */
  private @Nullable List<BusParts.Message> take(long pause) throws InterruptedException {
    synchronized (waiting) {
      if (pause > 0) {
        await(pause);
        drop();
      }
      while (waiting.isEmpty() && !lost) {
        if (closed) {
          return null;
        }
        waiting.wait();
      }
      if (closed && pause > 0) {
        return null; // it can't be sent
      }
      if (lost) {
        batches++; // so that the others miss a number
        lost = false;
      }
      return next();
    }
  }

  /** Waits, whatever is sent meanwhile, unless the bus is closed. Only with the lock. */
  private void await(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    for (long left = millis; left > 0 && !closed; left = (end - System.nanoTime()) / 1_000_000) {
      waiting.wait(left);
    }
  }

  private List<BusParts.Message> next() {
    List<BusParts.Message> batch = new ArrayList<>();
    long bytes = 0;
    for (BusParts.Message message = waiting.peek();
        message != null && (batch.isEmpty() || bytes + message.bytes().length <= BATCH_BYTES);
        message = waiting.peek()) {
      batch.add(message);
      bytes += message.bytes().length;
      waiting.remove();
    }
    waitingBytes -= bytes;
    return batch;
  }

  /** Drops what waits, because it would be late. */
  private void drop() {
    waiting.clear();
    waitingBytes = 0;
    lost = true;
  }

  /** Returns whether the batch was sent. */
  private boolean sendOrDrop(List<BusParts.Message> batch) {
    try {
      if (connection == null) {
        connect();
        LOG.warn("PostgreSQL: notifying again");
      }
      notifyOthers(batch);
      return true;
    } catch (SQLException | RuntimeException failure) {
      if (connection != null) {
        LOG.warn("PostgreSQL: notifying failed: {}", Reason.of(failure));
      }
      abort();
      return false;
    }
  }

  private void connect() throws SQLException {
    connection = connections.open("switchboard-notify", "SET synchronous_commit = off");
  }

  private void notifyOthers(List<BusParts.Message> batch) throws SQLException {
    Connection open = connection;
    if (open == null) {
      throw new SQLException("not connected");
    }
    List<String> payloads = BusParts.payloads(node, ++batches, batch);
    try (PreparedStatement statement =
        open.prepareStatement("SELECT count(pg_notify(?, payload)) FROM unnest(?) AS payload")) {
      statement.setString(1, channel);
      statement.setArray(2, open.createArrayOf("text", payloads.toArray()));
      boolean unused = statement.execute();
    }
  }

  private void abort() {
    Connection open = connection;
    connection = null;
    DirectConnections.abort(open);
  }

  @Override
  public void close() {
    synchronized (waiting) {
      closed = true;
      waiting.notifyAll();
    }
    try {
      if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE_LIMIT)) {
        LOG.warn("PostgreSQL: what waits to be notified is dropped");
        thread.interrupt();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    abort();
  }
}
