package dev.switchboard.server;

import dev.switchboard.transport.WebSocket;

/**
 * Whether a connection is read from: not while too much of what it brought waits for its handlers,
 * or for the log. Thread-safe. The loop looks at what holds at that moment, so it does not matter
 * in which order changes of several threads reach it.
 */
final class Intake {
  private static final int MAX_COMMITS = 256;

  private final WebSocket webSocket;
  private final Meter meter;
  private boolean handlersFull; // guarded by this
  private boolean commitsFull; // guarded by this
  private int commits; // guarded by this
  private boolean paused; // confined to the loop

  Intake(WebSocket webSocket, Meter meter) {
    this.webSocket = webSocket;
    this.meter = meter;
  }

  /** Too much waits for the handlers, or no more. Follow it with {@link #apply}. */
  synchronized void handlersFull(boolean full) {
    handlersFull = full;
  }

  /** Stops reading, as the handlers are behind. */
  void stop() {
    meter.limit(Limit.HANDLERS_WAITING);
    apply();
  }

  /** A publish waits for the log. */
  void commitBegun() {
    synchronized (this) {
      if (++commits < MAX_COMMITS || commitsFull) {
        return;
      }
      commitsFull = true;
    }
    meter.limit(Limit.COMMITS_WAITING);
    apply();
  }

  /** The log has answered. */
  void commitEnded() {
    synchronized (this) {
      if (--commits > MAX_COMMITS / 2 || !commitsFull) {
        return;
      }
      commitsFull = false;
    }
    apply();
  }

  private synchronized boolean full() {
    return handlersFull || commitsFull;
  }

  /** Stops or continues reading, as things are when the loop comes to it. */
  void apply() {
    webSocket.execute(() -> {
      boolean full = full();
      if (full != paused) {
        paused = full;
        if (full) {
          webSocket.pauseReading();
        } else {
          webSocket.resumeReading();
        }
      }
    });
  }
}
