package dev.switchboard.server.limits;

import dev.switchboard.spi.Limit;
import dev.switchboard.transport.HttpRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many connections are open or about to be, by user and by address, and whether all are gone.
 * Thread-safe.
 */
public final class ConnectionCounts {
  private final Counter users = new Counter();
  private final Counter addresses = new Counter();
  private int open; // guarded by this

  /**
   * Counts one more, of a guest if the user is empty; null if it was done, else the limit that
   * forbids it.
   */
  public @Nullable Limit enter(String user, String address, Settings limits) {
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

  /**
   * The address a request came from, as connections are counted. One customer is given 2^64
   * addresses of IPv6 or more, so they count as one.
   */
  public static String address(HttpRequest request) {
    InetAddress address = request.remoteAddress().getAddress();
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(address.getAddress(), 0, 8) + "::/64"
        : address.getHostAddress();
  }

  /** A client that was counted as a guest proves to be a user; false if that one has too many. */
  public boolean name(String user, Settings limits) {
    return users.add(user, limits.maxConnectionsPerUser());
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

  /** For tests: what is held. */
  public Map<String, Integer> sizes() {
    return Map.of("open", open(), "users", users.names(), "addresses", addresses.names());
  }

  /** Waits until no connection is open, or until the time has come; whether none is. */
  public synchronized boolean awaitEmpty(long deadlineNanos) throws InterruptedException {
    long left = deadlineNanos - System.nanoTime();
    while (open > 0 && left > 0) {
      wait(Math.max(1, left / 1_000_000));
      left = deadlineNanos - System.nanoTime();
    }
    return open == 0;
  }
}
