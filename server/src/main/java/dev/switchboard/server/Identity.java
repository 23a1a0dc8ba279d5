package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Identifier;
import dev.switchboard.server.Endpoint.Verdict;
import dev.switchboard.server.http.SocketPath;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
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

  CompletionStage<SocketPath.Identified> of(HttpRequest request) {
    Identifier asked = Objects.requireNonNull(identifier, "a guest need not be identified");
    CompletableFuture<SocketPath.Identified> identified = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        identified.complete(identified(asked.identify(request)));
      } catch (Throwable failure) { // users' code: answered with 500
        identified.completeExceptionally(failure);
      }
    });
    return identified;
  }

  private static SocketPath.Identified identified(@Nullable Verdict verdict) {
    return switch (Objects.requireNonNull(verdict, "verdict")) {
      case Verdict.Allowed allowed -> new SocketPath.Identified(allowed.user(), null);
      case Verdict.Refused refused ->
          new SocketPath.Identified(
              "", HttpResponse.text(refused.status(), refused.reason() + "\n"));
    };
  }
}
