package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A bounded queue from the handlers' thread to one reader, with an end. Thread-safe. */
final class Handoff<E> {
  private final int capacity;
  private final Dispatcher dispatcher;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<E> queue = new ArrayDeque<>(); // under lock, as is all below
  private boolean ended;
  private volatile Runnable onEnd = () -> {};

  Handoff(int capacity, Dispatcher dispatcher) {
    this.capacity = capacity;
    this.dispatcher = dispatcher;
  }

  /** On the handlers' thread: waits for room, which holds up all that comes after. */
  void put(E message) {
    lock.lock();
    try {
      if (queue.size() >= capacity && !ended) {
        dispatcher.held(true);
        try {
          while (queue.size() >= capacity && !ended) {
            changed.awaitUninterruptibly();
          }
        } finally {
          dispatcher.held(false);
        }
      }
      if (!ended) {
        queue.add(message);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next.
   *
   * @param nanos how long to wait for it
   * @return null if there is none, now or ever
   */
  @Nullable E take(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (queue.isEmpty() && !ended && left > 0) {
        left = changed.awaitNanos(left);
      }
      E message = queue.poll();
      changed.signalAll();
      return message;
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is nothing left and nothing will come. */
  boolean over() {
    lock.lock();
    try {
      return ended && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; what is there can still be taken. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    onEnd.run();
  }

  /** Calls that at each end. */
  void onEnd(Runnable then) {
    onEnd = then;
  }
}
