package dev.switchboard.transport.netty.io;

import dev.switchboard.transport.Batching;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Has one connection's messages wait for each other, within bounds. Confined to its loop. */
final class Holdback {
  private final Batching batching;
  private final EventLoop loop;
  private final Runnable flush;
  private int waiting;
  private @Nullable ScheduledFuture<?> timer;

  Holdback(Batching batching, EventLoop loop, Runnable flush) {
    this.batching = batching;
    this.loop = loop;
    this.flush = flush;
  }

  /** One message more waits; whether it is the last that may. */
  boolean add() {
    if (timer == null) {
      timer = loop.schedule(flush, batching.maxDelay().toMillis(), TimeUnit.MILLISECONDS);
    }
    return ++waiting >= batching.maxMessages();
  }

  /** Nothing waits any more. */
  void over() {
    waiting = 0;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
