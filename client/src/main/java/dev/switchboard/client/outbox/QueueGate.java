package dev.switchboard.client.outbox;

import dev.switchboard.protocol.UnsentException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets as many messages through to the queue as fit in it, and has their threads wait for the
 * others to leave it; where there is an outbox, also when they need not wait. Where there is a
 * gate, it alone counts, and the session's queue has no bounds. Thread-safe.
 */
public final class QueueGate {
  private final int maxMessages;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition room = lock.newCondition();
  private int messages; // under lock, as is all below
  private long bytes;
  private boolean closed;

  /** A gate before an empty queue. */
  public QueueGate(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /**
   * Waits for room.
   *
   * @param patience in milliseconds
   * @throws UnsentException if there was none in time, there can never be, or the client is closed
   */
  public void enter(int size, long patience, Object unsent) {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(patience);
      while (!closed && full(size)) {
        if (size > maxBytes) {
          throw new UnsentException(
              "queue: %d bytes (expected: at most %d)".formatted(size, maxBytes), unsent);
        }
        if (left <= 0) {
          throw new UnsentException("queue: full (expected: room for it in time)", unsent);
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

  /** A message is in the queue, whether there is room or not. */
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

  /** A message has left the queue. */
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

  /** Nobody needs to wait any more. */
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
