package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Identifier;
import dev.switchboard.server.Endpoint.Verdict;
import dev.switchboard.transport.HttpRequest;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks the users' code who somebody is, where it may block. Without such code everybody is a guest,
 * whose name no other has had.
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

  /** A new guest's name, of 96 random bits. */
  static String guest() {
    return "guest-" + Session.random(12);
  }

  CompletionStage<Verdict> of(HttpRequest request) {
    Identifier asked = Objects.requireNonNull(identifier, "a guest need not be identified");
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
