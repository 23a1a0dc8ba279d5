package dev.switchboard.transport.netty.http;

/**
 * Counts the HTTP requests whose responses are not yet written, and waits for them when the server
 * closes. Thread-safe.
 */
public final class PendingResponses {
  private int pending; // guarded by this
  private volatile boolean last;

  synchronized void begin() {
    pending++;
  }

  synchronized void end() {
    pending--;
    if (pending == 0) {
      notifyAll();
    }
  }

  /** From now on, a connection's next response is its last. */
  public void lastOnes() {
    last = true;
  }

  boolean areLast() {
    return last;
  }

  /** Waits until every response is written, or until the deadline. */
  public synchronized void await(long deadlineNanos) throws InterruptedException {
    long left = deadlineNanos - System.nanoTime();
    while (pending > 0 && left > 0) {
      wait(Math.max(1, left / 1_000_000));
      left = deadlineNanos - System.nanoTime();
    }
  }
}
