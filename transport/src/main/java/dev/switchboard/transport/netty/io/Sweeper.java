package dev.switchboard.transport.netty.io;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A single timer for all connections of a loop. At each tick every member checks its deadlines. The
 * sweeper also keeps a coarse clock, which saves a system call per message. Confined to its loop.
 */
public final class Sweeper {
  /** A member with deadlines. */
  public interface Swept {
    /** Checks the deadlines; may remove the member. */
    void sweep(long nowMillis);

    /** Returns the server or client it belongs to. */
    Object owner();

    /** Ends it at once. */
    void terminate();

    /** Returns the member's index in the sweeper. */
    int slot();

    /** Sets the member's index in the sweeper; -1 if it is removed. */
    void slot(int index);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final long TICK_MILLIS = 100;

  private final EventLoop loop;

  /** The members, in the first {@code size} slots. */
  private @Nullable Swept[] members = new Swept[64];

  /** The number of members. */
  private int size;

  /** The time of the last tick, in milliseconds. */
  private long now = System.nanoTime() / 1_000_000;

  /** Ticks while there are members; null otherwise. */
  private @Nullable ScheduledFuture<?> timer;

  Sweeper(EventLoop loop) {
    this.loop = loop;
  }

  /** Returns the time in milliseconds, by a monotonic clock that is at most a tick late. */
  public long now() {
    return now;
  }

  /** Adds a member, whose deadlines are checked from now on. */
  public void add(Swept one) {
    if (size == members.length) {
      members = Arrays.copyOf(members, size * 2);
    }
    members[size] = one;
    one.slot(size++);
    if (timer == null) {
      now = System.nanoTime() / 1_000_000;
      timer = loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Removes a member; does nothing if it was not added. */
  public void remove(Swept one) {
    int hole = one.slot();
    if (hole < 0) {
      return;
    }
    Swept last = members[--size];
    if (last != null) {
      members[hole] = last;
      last.slot(hole);
    }
    members[size] = null;
    one.slot(-1);
    if (size == 0 && timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  /** Runs an action for each member, which may remove itself. */
  void forEach(Consumer<Swept> action) {
    for (int i = size - 1; i >= 0; i--) {
      Swept one = i < size ? members[i] : null;
      if (one != null) {
        action.accept(one);
      }
    }
  }

  private void tick() {
    now = System.nanoTime() / 1_000_000;
    forEach(this::sweep);
  }

  /** A timer that throws is never run again, and the whole loop depends on this one. */
  private void sweep(Swept one) {
    try {
      one.sweep(now);
    } catch (Throwable failure) {
      LOG.error("looking at the deadlines of {} failed; ending it", one, failure);
      one.terminate();
    }
  }
}
