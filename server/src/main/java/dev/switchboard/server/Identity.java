package dev.switchboard.server;

import dev.switchboard.server.Endpoint.Identifier;
import dev.switchboard.server.Endpoint.Verdict;
import dev.switchboard.transport.HttpRequest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks the users' code who somebody is, where it may block. Without such code everybody is a guest,
 * whose name no other has had.
 */
final class Identity {
  private static final SecureRandom RANDOM = new SecureRandom();

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
    byte[] random = new byte[12];
    RANDOM.nextBytes(random);
    return "guest-" + HexFormat.of().formatHex(random);
  }

  CompletionStage<Verdict> of(HttpRequest request) {
    Identifier asked = Objects.requireNonNull(identifier, "a guest need not be identified");
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        verdict.complete(Objects.requireNonNull(asked.identify(request), "verdict"));
      } catch (Throwable failure) { // users' code: answered with 500
        verdict.completeExceptionally(failure);
      }
    });
    return verdict;
  }
}
