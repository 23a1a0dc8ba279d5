package dev.switchboard.server;

import dev.switchboard.server.http.SocketPath.Identified;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.spi.Authenticator;
import dev.switchboard.spi.Credentials;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint finds out who somebody is: from credentials, by users' code that looks at the
 * request, or not at all. Without either everybody is a guest, whose name no other has had.
 */
final class Identity {
  private final boolean messages; // whether a first message may hold the credentials
  private @Nullable Identifier identifier;
  private @Nullable Authenticator authenticator;
  private @Nullable String cookie;
  private boolean guestsWanted; // whether it was said that anybody may come

  Identity(boolean messages) {
    this.messages = messages;
  }

  void identifier(Identifier newIdentifier) {
    requireOne(authenticator);
    identifier = newIdentifier;
  }

  void authenticator(Authenticator newAuthenticator) {
    requireOne(identifier);
    authenticator = newAuthenticator;
  }

  private static void requireOne(@Nullable Object other) {
    if (other != null) {
      throw new IllegalStateException("identify, authenticate: both given (expected: one)");
    }
  }

  void cookie(String name) {
    cookie = name;
  }

  void wantGuests() {
    guestsWanted = true;
  }

  /** Whether everybody is a guest. */
  boolean none() {
    return identifier == null && authenticator == null;
  }

  /** Whether anybody may connect though nobody has said that it is meant. */
  boolean openUnsaid() {
    return none() && !guestsWanted;
  }

  /** Null if credentials are not asked for. */
  @Nullable Authentication authentication() {
    return authenticator == null ? null : new Authentication(authenticator, cookie);
  }

  CompletionStage<Identified> of(HttpRequest request, @Nullable Authentication authentication) {
    if (authentication == null) {
      return identified(request);
    }
    Credentials shown = authentication.shown(request);
    if (shown == null) {
      return CompletableFuture.completedStage(
          messages ? Identified.LATER : Identified.refused(Authentication.missing()));
    }
    return authentication
        .prove(shown)
        .handle((user, failure) ->
            user != null
                ? Identified.of(user)
                : Identified.refused(Authentication.refused(Authentication.reason(failure))));
  }

  /** Asks the users' code, where it may block. */
  private CompletionStage<Identified> identified(HttpRequest request) {
    Identifier asked = Objects.requireNonNull(identifier, "a guest need not be identified");
    CompletableFuture<Identified> identified = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        identified.complete(identified(asked.identify(request)));
      } catch (Throwable failure) { // users' code: answered with 500
        identified.completeExceptionally(failure);
      }
    });
    return identified;
  }

  private static Identified identified(@Nullable Verdict verdict) {
    return switch (Objects.requireNonNull(verdict, "verdict")) {
      case Verdict.Allowed allowed -> Identified.of(allowed.user());
      case Verdict.Refused refused ->
          Identified.refused(HttpResponse.text(refused.status(), refused.reason() + "\n"));
    };
  }
}
