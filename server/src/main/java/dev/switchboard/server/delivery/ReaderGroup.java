package dev.switchboard.server.delivery;

import dev.switchboard.server.limits.Meter;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one log on one event loop. Broadcasts from any thread wait in a bounded queue, and
 * one task per turn delivers all of them. If the loop falls so far behind that the queue is full,
 * the queue is emptied instead of growing, and the readers fetch what they missed from the log;
 * messages that are in no log are lost then.
 */
final class ReaderGroup {
  private static final int MAX_QUEUE = 10_000;

  private final EventLoop loop;
  private final ArrayList<Reader> readers = new ArrayList<>(1); // confined to the loop
  private final Queue<Broadcast> queue = new ArrayDeque<>(1); // guarded by itself
  private final Meter meter;
  private boolean scheduled; // whether drain() is due to run on the loop; guarded by queue
  private long dropped; // the highest seq that must be read from the log; guarded by queue
  private @Nullable Position begun; // where a restarted log begins; guarded by queue
  private String epoch; // the epoch that the readers follow; confined to the loop
  private long last; // the last entry heard of; confined to the loop

  ReaderGroup(EventLoop loop, Position head, Meter meter) {
    this.loop = loop;
    this.meter = meter;
    this.epoch = head.epoch();
    this.last = head.seq();
  }

  EventLoop loop() {
    return loop;
  }

  /** Returns the epoch of the log that this loop follows. */
  String epoch() {
    return epoch;
  }

  /** Returns the last entry that this loop has handled. */
  long last() {
    return last;
  }

  void add(Reader reader) {
    reader.index(readers.size());
    readers.add(reader);
  }

  void remove(Reader reader) {
    int index = reader.index();
    Reader moved = readers.removeLast();
    if (moved != reader) {
      readers.set(index, moved);
      moved.index(index);
    }
  }

  /** Queues a broadcast for the readers. Thread-safe. */
  void offer(Broadcast broadcast) {
    synchronized (queue) {
      if (queue.size() >= MAX_QUEUE) {
        queue.forEach(this::drop);
        queue.clear();
        drop(broadcast);
      } else {
        queue.add(broadcast);
      }
      if (!schedule()) {
        return;
      }
    }
    tellLoop();
  }

  private void tellLoop() {
    boolean told = false;
    try {
      loop.execute(this::drain);
      told = true;
    } finally {
      if (!told) { // the next offer tells it
        synchronized (queue) {
          scheduled = false;
        }
      }
    }
  }

  /** Entries up to {@code seq} must be read from the log. Thread-safe. */
  void moved(long seq) {
    synchronized (queue) {
      dropped = Math.max(dropped, seq);
      if (!schedule()) {
        return;
      }
    }
    tellLoop();
  }

  /** The log was replaced, or is an older copy; {@code head} is its last entry. Thread-safe. */
  void anew(Position head) {
    synchronized (queue) {
      queue.forEach(this::drop);
      queue.clear();
      dropped = 0;
      begun = head;
      if (!schedule()) {
        return;
      }
    }
    tellLoop();
  }

  /** Whether the loop still has to be told. Must be called with the queue's lock held. */
  private boolean schedule() {
    boolean untold = !scheduled;
    scheduled = true;
    return untold;
  }

  private void drop(Broadcast broadcast) {
    dropped = Math.max(dropped, broadcast.seq());
    if (broadcast.seq() == 0) {
      meter.slow(SlowReader.DROPPED);
    }
    broadcast.done();
  }

  private void drain() {
    Broadcast[] batch;
    long missed;
    Position anew;
    synchronized (queue) {
      batch = queue.toArray(Broadcast[]::new);
      queue.clear();
      scheduled = false;
      missed = dropped;
      dropped = 0;
      anew = begun;
      begun = null;
    }
    if (anew != null) {
      epoch = anew.epoch();
      last = anew.seq();
      readers.forEach(reader -> reader.anew(anew));
    }
    if (missed > last) {
      last = missed;
      readers.forEach(Reader::fallBehind);
    }
    for (Broadcast broadcast : batch) {
      last = Math.max(last, broadcast.seq());
    }
    for (int i = readers.size() - 1;
        i >= 0;
        i--) { // backwards: a leaving reader is replaced by one already served
      readers.get(i).deliver(batch);
    }
    for (Broadcast broadcast : batch) {
      broadcast.done();
    }
  }
}
