package dev.switchboard.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many connections are open or about to be, by user and by address, and whether all are gone.
 * Thread-safe.
 */
final class ConnectionCounts {
  private final Counter users = new Counter();
  private final Counter addresses = new Counter();
  private int open; // guarded by this

  /**
   * Counts one more, of a guest if the user is empty; null if it was done, else the limit that
   * forbids it.
   */
  @Nullable Limit enter(String user, String address, Settings limits) {
    if (!user.isEmpty() && !users.add(user, limits.maxConnectionsPerUser())) {
      return Limit.USER_CONNECTIONS;
    }
    if (!addresses.add(address, limits.maxConnectionsPerAddress())) {
      users.remove(user);
      return Limit.ADDRESS_CONNECTIONS;
    }
    synchronized (this) {
      open++;
    }
    return null;
  }

  void leave(String user, String address) {
    users.remove(user);
    addresses.remove(address);
    synchronized (this) {
      open--;
      if (open == 0) {
        notifyAll();
      }
    }
  }

  synchronized int open() {
    return open;
  }

  /** For tests: what is held. */
  Map<String, Integer> sizes() {
    return Map.of("open", open(), "users", users.names(), "addresses", addresses.names());
  }

  /** Waits until no connection is open, or until the time has come; whether none is. */
  synchronized boolean awaitEmpty(long deadlineNanos) throws InterruptedException {
    long left = deadlineNanos - System.nanoTime();
    while (open > 0 && left > 0) {
      wait(Math.max(1, left / 1_000_000));
      left = deadlineNanos - System.nanoTime();
    }
    return open == 0;
  }
}
