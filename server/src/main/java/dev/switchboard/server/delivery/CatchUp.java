package dev.switchboard.server.delivery;

import dev.switchboard.transport.WebSocket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits how many bytes of catch-up entries are on their way to connections that are behind. A live
 * entry is one frame shared by all its readers; a catch-up entry is written for one connection, so
 * the sum over many connections is what slow readers cost. Above the limit, each connection
 * continues with one piece at a time. Thread-safe.
 */
public final class CatchUp {
  /** The bytes that each connection may have on their way, however many others there are. */
  public static final int PIECE = 64 << 10;

  private final AtomicLong bytes = new AtomicLong();
  private final long most;

  CatchUp(long most) {
    this.most = most;
  }

  /** Whether connections that already have a piece on its way may have more. */
  boolean roomy() {
    return bytes.get() < most;
  }

  void add(long more) {
    bytes.addAndGet(more);
  }

  /**
   * Returns how many bytes are on their way, not counting less than a piece for each connection.
   */
  public long bytes() {
    return bytes.get();
  }

  /**
   * Returns the share of one connection.
   *
   * @param half how many bytes may wait for the connection while there is room for all
   * @param writable called when the share {@link Share#takes} more again
   */
  Share share(WebSocket webSocket, int half, Runnable writable) {
    return new Share(this, webSocket, half, writable);
  }

  /** The share of one connection. Confined to its loop. */
  static final class Share {
    private final CatchUp all;
    private final WebSocket webSocket;
    private final int half;
    private final Runnable writable;
    private int uncounted; // bytes sent that are less than a piece
    private boolean waits; // whether writable will be called when everything is written

    private Share(CatchUp all, WebSocket webSocket, int half, Runnable writable) {
      this.all = all;
      this.webSocket = webSocket;
      this.half = half;
      this.writable = writable;
    }

    /**
     * Returns how many bytes may still be read for the connection; negative if it is over the
     * limit.
     */
    long room() {
      return (all.roomy() ? half : Math.min(half, PIECE)) - webSocket.pendingBytes();
    }

    /** Whether more may be read for the connection. If not, {@code writable} is called later. */
    boolean takes() {
      if (room() > 0) {
        return true;
      }
      if (!waits) {
        waits = true;
        webSocket.whenWritten(done -> {
          waits = false;
          webSocket.execute(writable);
        });
      }
      return false;
    }

    /** Counts sent bytes, a piece at a time, until they are written. */
    void sent(int bytes) {
      uncounted += bytes;
      if (uncounted >= PIECE) {
        int piece = uncounted;
        uncounted = 0;
        all.add(piece);
        webSocket.whenWritten(done -> all.add(-piece));
      }
    }
  }
}
