package dev.switchboard.client;

import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to a publisher: a virtual thread that passes on as many messages as were
 * requested.
 */
final class FlowSubscription<E> implements Flow.Subscription {
  private final Handoff<E> handoff;
  private final Flow.Subscriber<? super E> subscriber;
  private final Runnable close;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private long demand; // how many requested messages have not been passed on yet
  private boolean cancelled;
  private @Nullable Throwable refused; // why the subscriber's request was invalid

  FlowSubscription(Handoff<E> handoff, Flow.Subscriber<? super E> subscriber, Runnable close) {
    this.handoff = handoff;
    this.subscriber = subscriber;
    this.close = close;
    handoff.onEnd(this::wake);
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void start() {
    Thread unused = Thread.ofVirtual().name("switchboard-publisher").start(this::run);
  }

  @Override
  public void request(long count) {
    lock.lock();
    try {
      if (count <= 0) {
        refused = new IllegalArgumentException("request: " + count + " (expected: 1 or more)");
      } else {
        demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    close.run();
  }

  private void run() {
    try {
      subscriber.onSubscribe(this);
      while (wanted()) {
        E message = handoff.take(Long.MAX_VALUE);
        if (message == null) {
          break;
        }
        if (wanted()) {
          subscriber.onNext(message);
          served();
        }
      }
      finish();
    } catch (InterruptedException | RuntimeException | Error broken) {
      subscriber.onError(broken);
    } finally {
      close.run();
    }
  }

  /** Waits until a message is requested; returns false if none will be. */
  private boolean wanted() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (demand == 0 && !cancelled && refused == null && !handoff.over()) {
        changed.await();
      }
      return !cancelled && refused == null;
    } finally {
      lock.unlock();
    }
  }

  private void served() {
    lock.lock();
    try {
      demand--;
    } finally {
      lock.unlock();
    }
  }

  private void finish() {
    Throwable wrong;
    lock.lock();
    try {
      if (cancelled) {
        return;
      }
      wrong = refused;
    } finally {
      lock.unlock();
    }
    if (wrong != null) {
      subscriber.onError(wrong);
    } else {
      subscriber.onComplete();
    }
  }
}
