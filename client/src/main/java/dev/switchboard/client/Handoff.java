package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A bounded queue from the handlers' thread to one reader, which can be ended. Thread-safe. */
final class Handoff<E> {
  private final int capacity;
  private final Dispatcher dispatcher;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<E> queue = new ArrayDeque<>(); // guarded by lock
  private boolean ended; // guarded by lock; once true, nothing is added
  private volatile Runnable onEnd = () -> {}; // set at most once, before the reader starts

  Handoff(int capacity, Dispatcher dispatcher) {
    this.capacity = capacity;
    this.dispatcher = dispatcher;
  }

  /** On the handlers' thread: waits for room, which blocks all later handlers. */
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
   * Takes the next message.
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

  /** Whether the queue has ended and is empty. */
  boolean over() {
    lock.lock();
    try {
      return ended && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the queue. What is in it can still be taken. */
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

  /** Sets what to call at the end. */
  void onEnd(Runnable then) {
    onEnd = then;
  }
}
