package dev.switchboard.server;

import dev.switchboard.transport.WebSocket;
import org.jspecify.annotations.Nullable;

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
  private int due; // guarded by this: answers that handlers owe
  private @Nullable Runnable whenAnswered; // guarded by this
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

  /** The log has answered, and so have we. */
  void commitEnded() {
    boolean again;
    Runnable next;
    synchronized (this) {
      commits--;
      again = commitsFull && commits <= MAX_COMMITS / 2;
      commitsFull &= !again;
      next = settled();
    }
    if (again) {
      apply();
    }
    if (next != null) {
      next.run();
    }
  }

  /** A handler has a message that will be answered. */
  synchronized void answerDue() {
    due++;
  }

  /** It was. */
  void answered() {
    Runnable next;
    synchronized (this) {
      due--;
      next = settled();
    }
    if (next != null) {
      next.run();
    }
  }

  /** Runs it when everything that handlers and the log were given is answered. */
  void whenAnswered(Runnable task) {
    Runnable next;
    synchronized (this) {
      whenAnswered = task;
      next = settled();
    }
    if (next != null) {
      next.run();
    }
  }

  /** With the lock held. */
  private @Nullable Runnable settled() {
    Runnable next = whenAnswered;
    if (next == null || commits > 0 || due > 0) {
      return null;
    }
    whenAnswered = null;
    return next;
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
