package dev.switchboard.server.identity;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a proof of identity: a warning in time to renew it, and then its end. A newer proof
 * replaces the timers. Confined to the connection's loop.
 */
public final class Expiry {
  private static final long LONGEST_NOTICE_MILLIS = 60_000;

  private final EventLoop loop;
  private final Warning warning;
  private final Runnable end;
  private @Nullable Future<?> next; // the running timer, for the warning or for the end

  /** Called when the proof is about to expire. */
  @FunctionalInterface
  public interface Warning {
    /** The proof expires in the given number of milliseconds. */
    void expiresIn(long millis);
  }

  /** Creates timers without a proof. The callbacks run on the loop. */
  public Expiry(EventLoop loop, Warning warning, Runnable end) {
    this.loop = loop;
    this.warning = warning;
    this.end = end;
  }

  /** Returns the milliseconds left, at least 0 and at most about 100 years. */
  public static long millis(Instant end, Instant now) {
    Duration left = Duration.between(now, end);
    long most = 3_000_000_000L; // seconds; keeps the milliseconds from overflowing
    return left.isNegative() ? 0 : left.toSeconds() > most ? most * 1000 : left.toMillis();
  }

  /**
   * Starts the timers of a new proof, which is valid for the given number of milliseconds; null for
   * ever. The warning comes when a quarter of that time is left, or a minute if that is less.
   */
  public void in(@Nullable Long millis) {
    cancel();
    if (millis != null) {
      long notice = Math.min(millis / 4, LONGEST_NOTICE_MILLIS);
      next =
          loop.schedule(
              () -> {
                next = loop.schedule(end, notice, TimeUnit.MILLISECONDS);
                warning.expiresIn(notice);
              },
              millis - notice,
              TimeUnit.MILLISECONDS);
    }
  }

  /** Cancels the timers; no callback runs afterwards. */
  public void cancel() {
    if (next != null) {
      next.cancel(false);
      next = null;
    }
  }
}
