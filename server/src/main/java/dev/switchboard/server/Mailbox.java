package dev.switchboard.server;

import dev.switchboard.transport.WebSocket;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the users' code of one connection: on virtual threads, one task at a time, in order. A
 * thread exists only while there is something to do. When too much waits, reading from the
 * connection stops until half of it is done, so the queue is bounded by what one read brings.
 * Thread-safe.
 */
final class Mailbox {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
  private static final int FULL = 64;

  private final Flow flow;
  private final Executor threads;
  private final Queue<Runnable> tasks = new ArrayDeque<>(); // guarded by this
  private boolean running; // guarded by this
  private boolean paused; // guarded by this

  /** Stops and continues what fills the mailbox. May be called on any thread. */
  interface Flow {
    /** Stop. */
    void pause();

    /** Go on. */
    void resume();

    /** Stops and continues reading from a connection. */
    static Flow of(WebSocket webSocket) {
      return new Flow() {
        @Override
        public void pause() {
          webSocket.execute(webSocket::pauseReading);
        }

        @Override
        public void resume() {
          webSocket.execute(webSocket::resumeReading);
        }
      };
    }
  }

  Mailbox(Flow flow) {
    this(flow, Thread::startVirtualThread);
  }

  /** A mailbox that runs its tasks where the executor says, one after another all the same. */
  Mailbox(Flow flow, Executor threads) {
    this.flow = flow;
    this.threads = threads;
  }

  /** Whether nothing waits or runs. */
  synchronized boolean idle() {
    return !running;
  }

  void add(Runnable task) {
    boolean pause = false;
    synchronized (this) {
      tasks.add(task);
      if (tasks.size() >= FULL && !paused) {
        paused = true;
        pause = true;
      }
      if (!running) {
        running = true;
        threads.execute(this::run);
      }
    }
    if (pause) {
      flow.pause();
    }
  }

  private void run() {
    while (true) {
      Runnable task;
      boolean resume = false;
      synchronized (this) {
        task = tasks.poll();
        if (task == null) {
          running = false;
          return;
        }
        if (paused && tasks.size() <= FULL / 2) {
          paused = false;
          resume = true;
        }
      }
      if (resume) {
        flow.resume();
      }
      try {
        task.run();
      } catch (Throwable failure) { // the next task must run whatever this one did
        LOG.error("a handler failed", failure);
      }
    }
  }
}
