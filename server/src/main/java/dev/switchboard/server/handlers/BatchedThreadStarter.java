package dev.switchboard.server.handlers;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Starts the virtual threads of handlers for one event loop, some at a time: to wake a carrier
 * costs more than a small handler does, and one that is awake finds the others by itself. They
 * start at the end of the loop's turn at the latest. Thread-safe.
 */
public final class BatchedThreadStarter implements Executor {
  private static final int MOST = 16;

  private final EventLoop loop;
  private final Queue<Runnable> waiting = new ArrayDeque<>(MOST); // confined to the loop
  private boolean scheduled; // confined to the loop; the end of this turn starts what waits

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
