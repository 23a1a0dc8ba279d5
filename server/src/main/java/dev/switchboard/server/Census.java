package dev.switchboard.server;

import java.util.Map;

/** How many connections are open, by user and by address, and whether all are gone. Thread-safe. */
final class Census {
  private final Tally users = new Tally();
  private final Tally addresses = new Tally();
  private int open; // guarded by this

  void enter(String user, String address) {
    users.add(user);
    addresses.add(address);
    synchronized (this) {
      open++;
    }
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

  int ofUser(String user) {
    return users.count(user);
  }

  int ofAddress(String address) {
    return addresses.count(address);
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
