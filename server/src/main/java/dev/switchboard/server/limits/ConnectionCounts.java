package dev.switchboard.server.limits;

import dev.switchboard.spi.Limit;
import dev.switchboard.transport.HttpRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts the connections that are open or about to open, by user and by address, and waits until
 * all are closed. Thread-safe.
 */
public final class ConnectionCounts {
  private final Counter users = new Counter();
  private final Counter addresses = new Counter();
  private int open; // the number of all connections; guarded by this

  /**
   * Registers a connection, of a guest if the user is empty. Returns null, or the limit exceeded.
   */
  public @Nullable Limit enter(String user, String address, ClientLimits limits) {
    if (!user.isEmpty() && !users.add(user, limits.connectionsPerUser())) {
      return Limit.USER_CONNECTIONS;
    }
    if (!addresses.add(address, limits.connectionsPerAddress())) {
      users.remove(user);
      return Limit.ADDRESS_CONNECTIONS;
    }
    synchronized (this) {
      open++;
    }
    return null;
  }

  /**
   * Returns the address of a request, as connections are counted by. A single customer is given
   * 2^64 or more IPv6 addresses, so these count as one.
   */
  public static String address(HttpRequest request) {
    InetAddress address = request.remoteAddress().getAddress();
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(address.getAddress(), 0, 8) + "::/64"
        : address.getHostAddress();
  }

  /**
   * Counts a connection for a user, after it was registered as a guest's. Returns false if the user
   * has too many.
   */
  public boolean name(String user, ClientLimits limits) {
    return users.add(user, limits.connectionsPerUser());
  }

  public void leave(String user, String address) {
    users.remove(user);
    addresses.remove(address);
    synchronized (this) {
      open--;
      if (open == 0) {
        notifyAll();
      }
    }
  }

  public synchronized int open() {
    return open;
  }

  /** Returns how much is held, for tests. */
  public Map<String, Integer> sizes() {
    return Map.of("open", open(), "users", users.names(), "addresses", addresses.names());
  }

  /** Waits until no connection is open, or until the deadline. Returns whether none is open. */
  public synchronized boolean awaitEmpty(long deadlineNanos) throws InterruptedException {
    long left = deadlineNanos - System.nanoTime();
    while (open > 0 && left > 0) {
      wait(Math.max(1, left / 1_000_000));
      left = deadlineNanos - System.nanoTime();
    }
    return open == 0;
  }
}
