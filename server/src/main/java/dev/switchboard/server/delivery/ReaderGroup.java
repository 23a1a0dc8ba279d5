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
 * The readers of one log on one event loop. What comes from any thread waits in a bounded queue,
 * and one task a turn delivers all of it. If the loop falls so far behind that the queue is full,
 * the queue is emptied instead of growing, and the readers fetch from the log what they missed;
 * what is in no log is lost then.
 */
final class ReaderGroup {
  private static final int MAX_QUEUE = 10_000;

  private final EventLoop loop;
  private final ArrayList<Reader> readers = new ArrayList<>(1); // confined to the loop
  private final Queue<Broadcast> queue = new ArrayDeque<>(1); // guarded by itself
  private final Meter meter;
  private boolean scheduled; // guarded by queue
  private long dropped; // guarded by queue: the highest seq that comes from the log only
  private @Nullable Position begun; // guarded by queue: where another life of the log is
  private String epoch; // confined to the loop
  private long last; // confined to the loop

  ReaderGroup(EventLoop loop, Position head, Meter meter) {
    this.loop = loop;
    this.meter = meter;
    this.epoch = head.epoch();
    this.last = head.seq();
  }

  EventLoop loop() {
    return loop;
  }

  /** Which life of the log this loop follows. */
  String epoch() {
    return epoch;
  }

  /** The last entry that this loop has dealt with. */
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

  /** Any thread. */
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
      if (!told) { // who offers next tells it
        synchronized (queue) {
          scheduled = false;
        }
      }
    }
  }

  /** Entries up to that seq come from the log only. Any thread. */
  void moved(long seq) {
    synchronized (queue) {
      dropped = Math.max(dropped, seq);
      if (!schedule()) {
        return;
      }
    }
    tellLoop();
  }

  /** The log is another one now, or an older copy of it. Any thread. */
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

  /** Whether the loop has yet to be told. Only under the queue's lock. */
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
        i--) { // backwards: who leaves is replaced by one who had all
      readers.get(i).deliver(batch);
    }
    for (Broadcast broadcast : batch) {
      broadcast.done();
    }
  }
}
