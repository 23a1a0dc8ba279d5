package dev.switchboard.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The interceptors of one endpoint, outermost first. Filled while it is defined, then only read.
 */
final class Interceptors<M> {
  private final List<Interceptor<M>> all = new ArrayList<>(0);

  void add(Interceptor<M> interceptor) {
    all.add(interceptor);
  }

  boolean none() {
    return all.isEmpty();
  }

  /** Takes a message through all of them to what deals with it; whatever throws is in the stage. */
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
