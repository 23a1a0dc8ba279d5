package dev.switchboard.client.outbox;

import dev.switchboard.protocol.UnsentException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the unanswered messages of a client whose threads wait for room, or whose messages are
 * stored in an outbox. It is the only bound then; the session's queue has none. Thread-safe.
 */
public final class QueueGate {
  private final int maxMessages;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition room = lock.newCondition();

  // Guarded by lock.
  private int messages; // the messages inside
  private long bytes; // their size
  private boolean closed; // whether nobody may enter any more

  /** Creates a gate before an empty queue. */
  public QueueGate(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /**
   * Waits for room.
   *
   * @param patience how long to wait, in milliseconds
   * @throws UnsentException if there is no room in time, the message can never fit, or the client
   *     is closed
   */
  public void enter(int size, long patience, Object unsent) {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(patience);
      while (!closed && full(size)) {
        if (size > maxBytes) {
          throw new UnsentException(
              "queue: message of %d bytes (expected: at most %d)".formatted(size, maxBytes),
              unsent);
        }
        if (left <= 0) {
          throw new UnsentException("queue: full (expected: room in time)", unsent);
        }
        left = room.awaitNanos(left);
      }
      if (closed) {
        throw UnsentException.closed(unsent);
      }
      count(size);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UnsentException("queue: interrupted before there was room", unsent);
    } finally {
      lock.unlock();
    }
  }

  /** Adds a message, regardless of the bounds. */
  void count(int size) {
    lock.lock();
    try {
      messages++;
      bytes += size;
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is no room for another message. */
  public boolean full() {
    lock.lock();
    try {
      return full(1);
    } finally {
      lock.unlock();
    }
  }

  private boolean full(int size) {
    return messages >= maxMessages || bytes + size > maxBytes;
  }

  /** Removes a message. */
  public void leave(int size) {
    lock.lock();
    try {
      messages--;
      bytes -= size;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the gate. Waiting threads fail. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
