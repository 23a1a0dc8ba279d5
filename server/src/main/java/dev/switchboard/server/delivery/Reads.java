package dev.switchboard.server.delivery;

import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The queue of pages that one connection waits for. Pages are read one at a time, in order, and
 * only while the connection takes more. So a client that asks for much and reads slowly, or
 * disconnects, costs no more than one page, and all connections get equal shares of the threads
 * that read. While many pages wait, the server stops reading from the connection. Confined to the
 * connection's loop.
 */
public final class Reads {
  private final Feed feed;
  private final Broker broker;
  private final Queue<Read> waiting = new ArrayDeque<>(1);
  private @Nullable CompletableFuture<Page> running; // the running read; null if there is none
  private boolean beginning; // whether begin() is on the stack; it then continues by itself
  private boolean closed; // whether the connection has ended

  Reads(Feed feed, Broker broker) {
    this.feed = feed;
    this.broker = broker;
  }

  /**
   * A requested page, and what to do with it.
   *
   * @param bytes the most bytes of data; fewer are read if the connection takes fewer
   * @param prepare runs on the thread that read the page, and returns the task for the loop
   * @param failed runs on the loop
   */
  public record Want(
      LogKey log,
      long seq,
      int limit,
      int bytes,
      Function<Page, Runnable> prepare,
      Consumer<Throwable> failed) {}

  private record Read(boolean forward, Want want) {
    CompletionStage<Page> from(Broker broker, long room) {
      int bytes = Math.clamp(room, 1, want.bytes);
      return forward
          ? broker.after(want.log, want.seq, want.limit, bytes)
          : broker.before(want.log, want.seq, want.limit, bytes);
    }
  }

  /** Requests a page as {@link Broker#after} does. Calls nothing once the connection has ended. */
  public void after(Want want) {
    add(new Read(true, want));
  }

  /** Requests a page as {@link Broker#before} does. Calls nothing once the connection has ended. */
  public void before(Want want) {
    add(new Read(false, want));
  }

  private void add(Read read) {
    if (closed) {
      return;
    }
    waiting.add(read);
    feed.readGate().readBegun();
    begin();
  }

  /** Starts the next read, if the connection takes it now. */
  void begin() {
    if (beginning) {
      return;
    }
    beginning = true;
    try {
      while (running == null && !waiting.isEmpty() && feed.takesPages()) {
        Read next = waiting.remove();
        feed.readGate().readEnded();
        start(next);
      }
    } finally {
      beginning = false;
    }
  }

  private void start(Read read) {
    CompletableFuture<Page> page;
    try {
      page = read.from(broker, feed.room()).toCompletableFuture();
    } catch (RuntimeException failure) { // from a store that is called directly
      page = CompletableFuture.failedFuture(failure);
    }
    running = page;
    CompletableFuture<Runnable> unused =
        page.thenApply(read.want.prepare)
            .whenComplete((then, failure) -> feed.onLoop(() -> ended(read, then, failure)));
  }

  private void ended(Read read, @Nullable Runnable then, @Nullable Throwable failure) {
    if (closed) {
      return;
    }
    running = null;
    try {
      if (failure != null) {
        read.want.failed.accept(failure);
      } else if (then != null) {
        then.run();
      }
    } finally {
      begin();
    }
  }

  /** Drops the reads that wait, because the connection has ended. */
  void close() {
    closed = true;
    waiting.clear();
    CompletableFuture<Page> last = running;
    if (last != null) {
      last.cancel(false);
    }
  }
}
