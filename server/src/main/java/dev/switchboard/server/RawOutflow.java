package dev.switchboard.server;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Sends the files and streams of one raw connection, one after another, as fragments of two
 * messages must not mix. A thread exists only while there is something to send. Thread-safe.
 */
final class RawOutflow {
  private static final int MAX_WAITING = 100;

  private final Queue<RawTransfer> waiting = new ArrayDeque<>(1); // guarded by this
  private @Nullable RawTransfer current; // guarded by this
  private boolean ended; // guarded by this

  /** Takes its turn, or is refused. */
  void add(RawTransfer transfer) {
    String refused = null;
    synchronized (this) {
      if (ended) {
        refused = "connection: CLOSED (expected: OPEN)";
      } else if (waiting.size() == MAX_WAITING) {
        refused =
            "connection: " + MAX_WAITING + " streams wait already (expected: less; try later)";
      } else {
        waiting.add(transfer);
        if (current == null) {
          current = transfer;
          Thread.ofVirtual().name("switchboard-stream").start(this::run);
        }
      }
    }
    if (refused != null) {
      transfer.refuse(refused);
    }
  }

  /** Whether something is under way. */
  synchronized boolean busy() {
    return current != null;
  }

  private void run() {
    for (RawTransfer next = next(); next != null; next = next()) {
      next.run();
    }
  }

  private synchronized @Nullable RawTransfer next() {
    current = waiting.poll();
    return current;
  }

  /** The connection is gone. */
  void end() {
    List<RawTransfer> left;
    RawTransfer running;
    synchronized (this) {
      ended = true;
      left = List.copyOf(waiting);
      waiting.clear();
      running = current;
    }
    if (running != null) {
      running.lost();
    }
    left.forEach(transfer -> {
      transfer.lost();
      transfer.close();
    });
  }
}
