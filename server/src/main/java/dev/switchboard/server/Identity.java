package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Identifier;
import dev.switchboard.server.Endpoint.Verdict;
import dev.switchboard.transport.HttpRequest;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks the users' code who somebody is, where it may block; without such code everybody is a guest
 * with a random name.
 */
final class Identity {
  private @Nullable Identifier identifier;

  void identifier(Identifier newIdentifier) {
    identifier = newIdentifier;
  }

  /** Whether everybody is a guest. */
  boolean none() {
    return identifier == null;
  }

  CompletionStage<Verdict> of(HttpRequest request) {
    Identifier asked = identifier;
    if (asked == null) {
      return CompletableFuture.completedFuture(
          Verdict.allow("guest-" + UUID.randomUUID().toString().substring(0, 8)));
    }
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        verdict.complete(asked.identify(request));
      } catch (Throwable failure) { // users' code: answered with 500
        verdict.completeExceptionally(failure);
      }
    });
    return verdict;
  }
}
