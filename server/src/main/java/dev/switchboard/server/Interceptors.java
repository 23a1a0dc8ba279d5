package dev.switchboard.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An endpoint's interceptors, outermost first. Filled while the endpoint is defined, read-only
 * afterwards.
 */
final class Interceptors<M> {
  private final List<Interceptor<M>> all = new ArrayList<>(0);

  /** Adds an interceptor inside those already added. */
  void add(Interceptor<M> interceptor) {
    all.add(interceptor);
  }

  boolean none() {
    return all.isEmpty();
  }

  /**
   * Passes a message through all interceptors to {@code innermost}. Whatever they throw is in the
   * stage.
   */
  CompletionStage<Outcome> around(
      Inbound<M> message, Peer<M> from, Callable<CompletionStage<Outcome>> innermost) {
    return step(0, message, from, innermost);
  }

  private CompletionStage<Outcome> step(
      int index, Inbound<M> message, Peer<M> from, Callable<CompletionStage<Outcome>> innermost) {
    try {
      if (index == all.size()) {
        return innermost.call();
      }
      boolean[] gone = {false};
      return Objects.requireNonNull(
          all.get(index)
              .intercept(
                  message,
                  from,
                  () -> {
                    if (gone[0]) {
                      return CompletableFuture.failedFuture(
                          new IllegalStateException(
                              "proceed: called again (expected: at most once)"));
                    }
                    gone[0] = true;
                    return step(index + 1, message, from, innermost);
                  }),
          "an interceptor's stage");
    } catch (Throwable failure) { // users' code: whatever it throws is answered
      return CompletableFuture.failedFuture(failure);
    }
  }
}
