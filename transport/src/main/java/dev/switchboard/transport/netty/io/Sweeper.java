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
 * One timer for all connections of a loop: at each tick everyone looks at its own deadline. It also
 * keeps a coarse clock, so that nobody need ask the system for the time per message. Confined to
 * its loop.
 */
public final class Sweeper {
  /** Somebody with deadlines. */
  public interface Swept {
    /** Looks at its deadlines; may remove itself. */
    void sweep(long nowMillis);

    /** The server or client it belongs to. */
    Object owner();

    /** Ends it at once. */
    void terminate();

    /** Where the sweeper keeps it. */
    int slot();

    /** Remembers where the sweeper keeps it; -1 for nowhere. */
    void slot(int index);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final long TICK_MILLIS = 100;

  private final EventLoop loop;
  private @Nullable Swept[] members = new Swept[64];
  private int size;
  private long now = System.nanoTime() / 1_000_000;
  private @Nullable ScheduledFuture<?> timer;

  Sweeper(EventLoop loop) {
    this.loop = loop;
  }

  /** Milliseconds of a clock that only moves forward, late by a tick at most. */
  public long now() {
    return now;
  }

  /** From now on it is asked to look at its deadlines. */
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

  /** It has no deadlines any more; does nothing if it is not there. */
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

  /** Calls for each member; it may remove itself. */
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

  /** A timer that throws is never called again, and all of the loop depend on this one. */
  private void sweep(Swept one) {
    try {
      one.sweep(now);
    } catch (Throwable failure) {
      LOG.error("looking at the deadlines of {} failed; ending it", one, failure);
      one.terminate();
    }
  }
}
