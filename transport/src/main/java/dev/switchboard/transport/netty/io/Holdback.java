package dev.switchboard.transport.netty.io;

import dev.switchboard.transport.Batching;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds back a connection's messages within the limits of {@link Batching}. Confined to its loop.
 */
final class Holdback {
  private final Batching batching;
  private final EventLoop loop;
  private final Runnable flush;

  /** The number of messages held back. */
  private int waiting;

  /** Flushes when the first of them has waited long enough; null if none is held back. */
  private @Nullable ScheduledFuture<?> timer;

  Holdback(Batching batching, EventLoop loop, Runnable flush) {
    this.batching = batching;
    this.loop = loop;
    this.flush = flush;
  }

  /** Counts a message that is held back. Returns whether the limit is reached. */
  boolean add() {
    if (timer == null) {
      timer = loop.schedule(flush, batching.maxDelay().toMillis(), TimeUnit.MILLISECONDS);
    }
    return ++waiting >= batching.maxMessages();
  }

  /** Starts over, because nothing is held back any more. */
  void over() {
    waiting = 0;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
