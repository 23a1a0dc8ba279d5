package dev.switchboard.server.identity;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time until a proof of identity ends: gives a warning before, so that it can be renewed, and
 * then the end. A newer proof replaces the timers. Confined to the connection's loop.
 */
public final class Expiry {
  private static final long LONGEST_NOTICE_MILLIS = 60_000;

  private final EventLoop loop;
  private final Warning warning;
  private final Runnable end;
  private @Nullable Future<?> next; // the timer that runs, of the warning or of the end

  /** Told that the proof is about to end. */
  @FunctionalInterface
  public interface Warning {
    /** It ends in so many milliseconds. */
    void expiresIn(long millis);
  }

  /** One without a proof. What is called is called on the loop. */
  public Expiry(EventLoop loop, Warning warning, Runnable end) {
    this.loop = loop;
    this.warning = warning;
    this.end = end;
  }

  /** How many milliseconds are left, at least 0, at most some 100 years. */
  public static long millis(Instant end, Instant now) {
    Duration left = Duration.between(now, end);
    long most = 3_000_000_000L; // seconds, so that milliseconds are no overflow
    return left.isNegative() ? 0 : left.toSeconds() > most ? most * 1000 : left.toMillis();
  }

  /**
   * The proof that counts from now on holds for so long; null for ever. The warning comes when a
   * quarter of it is left, or a minute.
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

  /** Nothing more is called. */
  public void cancel() {
    if (next != null) {
      next.cancel(false);
      next = null;
    }
  }
}
