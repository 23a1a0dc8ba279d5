package dev.switchboard.cluster.contract;

import dev.switchboard.protocol.RefusedException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what is about to happen. */
public final class Waiting {
  private Waiting() {}

  /** Waits until a condition holds, or 30 seconds; while it is refused, it does not hold. */
  public static void until(BooleanSupplier condition) {
    long until = System.nanoTime() + 30_000_000_000L;
    while (!holds(condition) && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (CompletionException refused) {
      if (refused.getCause() instanceof RefusedException) {
        return false;
      }
      throw refused;
    }
  }

  /** Waits for a result, at most 20 seconds. */
  public static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
