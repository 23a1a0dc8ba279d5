package dev.switchboard.server.delivery;

import dev.switchboard.transport.WebSocket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much that was read from logs is on its way to connections that are behind. Live entries are
 * one frame for all who read them; these are written for one connection each, so the sum over many
 * is what slow readers cost. Beyond the bound each goes on with a piece at a time. Thread-safe.
 */
public final class CatchUp {
  /** What each may have on its way however many others there are. */
  public static final int PIECE = 64 << 10;

  private final AtomicLong bytes = new AtomicLong();
  private final long most;

  CatchUp(long most) {
    this.most = most;
  }

  /** Whether one that has a piece on its way may have more. */
  boolean roomy() {
    return bytes.get() < most;
  }

  void add(long more) {
    bytes.addAndGet(more);
  }

  /** How much is on its way, but for less than a piece of each connection. */
  public long bytes() {
    return bytes.get();
  }

  /**
   * The share of one connection.
   *
   * @param half what may wait for it while there is room for all
   * @param writable told when it {@link Share#takes} again
   */
  Share share(WebSocket webSocket, int half, Runnable writable) {
    return new Share(this, webSocket, half, writable);
  }

  /** What one connection is read for. Confined to its loop. */
  static final class Share {
    private final CatchUp all;
    private final WebSocket webSocket;
    private final int half;
    private final Runnable writable;
    private int uncounted; // less than a piece that was sent
    private boolean waits; // until everything is written

    private Share(CatchUp all, WebSocket webSocket, int half, Runnable writable) {
      this.all = all;
      this.webSocket = webSocket;
      this.half = half;
      this.writable = writable;
    }

    /** Bytes until the mark at which no more is read for it; negative beyond it. */
    long room() {
      return (all.roomy() ? half : Math.min(half, PIECE)) - webSocket.pendingBytes();
    }

    /** Whether more may be read for it. */
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

    /** Counts what was sent, a piece at a time, until it is written. */
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
