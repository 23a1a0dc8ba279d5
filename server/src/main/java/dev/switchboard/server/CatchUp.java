package dev.switchboard.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much that was read from logs is on its way to connections that are behind. Live entries are
 * one frame for all who read them; these are written for one connection each, so the sum over many
 * is what slow readers cost. Beyond the bound each goes on with a piece at a time. Thread-safe.
 */
final class CatchUp {
  /** What each may have on its way however many others there are. */
  static final int PIECE = 64 << 10;

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
  long bytes() {
    return bytes.get();
  }
}
