package dev.switchboard.server;

import dev.switchboard.server.ServerMetrics.SlowReader;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Queue;

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
  private final Queue<Outgoing> queue = new ArrayDeque<>(1); // guarded by itself
  private final Meter meter;
  private boolean scheduled; // guarded by queue
  private long dropped; // guarded by queue: the highest seq that comes from the log only
  private long last; // confined to the loop

  ReaderGroup(EventLoop loop, long last, Meter meter) {
    this.loop = loop;
    this.meter = meter;
    this.last = last;
  }

  EventLoop loop() {
    return loop;
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
  void offer(Outgoing outgoing) {
    synchronized (queue) {
      if (queue.size() >= MAX_QUEUE) {
        queue.forEach(this::drop);
        queue.clear();
        drop(outgoing);
      } else {
        queue.add(outgoing);
      }
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    tellLoop();
  }

  /** Entries up to that seq come from the log only. Any thread. */
  void moved(long seq) {
    synchronized (queue) {
      dropped = Math.max(dropped, seq);
      if (scheduled) {
        return;
      }
      scheduled = true;
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

  private void drop(Outgoing outgoing) {
    dropped = Math.max(dropped, outgoing.seq());
    if (outgoing.seq() == 0) {
      meter.slow(SlowReader.DROPPED);
    }
    outgoing.done();
  }

  private void drain() {
    Outgoing[] batch;
    long missed;
    synchronized (queue) {
      batch = queue.toArray(Outgoing[]::new);
      queue.clear();
      scheduled = false;
      missed = dropped;
      dropped = 0;
    }
    if (missed > 0) {
      last = Math.max(last, missed);
      readers.forEach(Reader::fallBehind);
    }
    for (Outgoing outgoing : batch) {
      last = Math.max(last, outgoing.seq());
    }
    for (int i = readers.size() - 1;
        i >= 0;
        i--) { // backwards: who leaves is replaced by one who had all
      readers.get(i).deliver(batch);
    }
    for (Outgoing outgoing : batch) {
      outgoing.done();
    }
  }
}
