package dev.switchboard.cluster;

import dev.switchboard.history.sql.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending half of a bus. One thread takes everything that waits to be sent and hands it to a
 * {@link Carrier} as one batch. Thread-safe.
 *
 * <p>What can't be sent is dropped, and its batch's number with it. From the numbers, the other
 * servers learn that they have missed something as soon as the next batch arrives; there is one,
 * possibly empty, as soon as the engine can be reached again.
 */
public final class BusSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BusSender.class);
  private static final long MAX_WAITING_BYTES = 32L << 20;
  private static final long BATCH_BYTES = 1L << 20;
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private final String engine;
  private final Carrier carrier;
  private final Thread thread;
  private long batches; // how many were tried; confined to the sending thread, after start()
  private boolean connected; // whether the carrier is; as batches

  // Guarded by waiting.
  private final Queue<BusParts.Message> waiting = new ArrayDeque<>();
  private long waitingBytes; // of the messages in waiting
  private boolean lost; // whether a message was dropped of which the others do not know yet
  private boolean closed; // never reset

  /** Carries batches to the other servers. Calls come one at a time, and may block. */
  public interface Carrier {
    /** Connects. */
    void connect() throws Exception;

    /** Sends a batch, which may be empty. */
    void carry(long number, List<BusParts.Message> batch) throws Exception;

    /** Ends the connection, if there is one. May be called by any thread. */
    void abort();
  }

  /**
   * Creates a sender that is not connected yet.
   *
   * @param engine the engine's name, for the log
   */
  public BusSender(String engine, Carrier carrier) {
    this.engine = engine;
    this.carrier = carrier;
    this.thread = Thread.ofPlatform().daemon().name("switchboard-bus").unstarted(this::run);
  }

  /** Connects and sends the first batch, which is empty. */
  public void connect() throws Exception {
    carrier.connect();
    connected = true;
    carrier.carry(++batches, List.of());
  }

  /** Starts to send. Only after {@link #connect}. */
  public void start() {
    thread.start();
  }

  /** Sends a message as soon as possible. */
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
      if (!connected) {
        carrier.connect();
        connected = true;
        LOG.warn("{}: notifying again", engine);
      }
      carrier.carry(++batches, batch);
      return true;
    } catch (Exception failure) { // whatever it was, a new connection is the answer
      if (connected) {
        LOG.warn("{}: notifying failed: {}", engine, Reason.of(failure));
      }
      connected = false;
      carrier.abort();
      return false;
    }
  }

  /** Sends what waits, within a second, and disconnects. */
  @Override
  public void close() {
    synchronized (waiting) {
      closed = true;
      waiting.notifyAll();
    }
    try {
      if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE_LIMIT)) {
        LOG.warn("{}: what waits to be notified is dropped", engine);
        thread.interrupt();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    carrier.abort();
  }
}
