package dev.switchboard.server.handlers;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Starts the handlers' virtual threads of one event loop in batches: waking a carrier costs more
 * than a small handler does, and a carrier that is awake finds the other threads by itself. Threads
 * start at the end of the loop's turn at the latest. Thread-safe.
 */
public final class BatchedThreadStarter implements Executor {
  private static final int MOST = 16;

  private final EventLoop loop;
  private final Queue<Runnable> waiting = new ArrayDeque<>(MOST); // confined to the loop
  private boolean scheduled; // whether endOfTurn() will run; confined to the loop

  public BatchedThreadStarter(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public void execute(Runnable task) {
    if (loop.inEventLoop() && loop instanceof SingleThreadEventLoop turns) {
      if (!scheduled) {
        turns.executeAfterEventLoopIteration(this::endOfTurn);
        scheduled = true;
      }
      waiting.add(task);
      if (waiting.size() == MOST) {
        startAll();
      }
    } else {
      Thread.startVirtualThread(task);
    }
  }

  private void endOfTurn() {
    scheduled = false;
    startAll();
  }

  private void startAll() {
    for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
      Thread.startVirtualThread(task);
    }
  }
}
