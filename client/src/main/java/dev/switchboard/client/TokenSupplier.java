package dev.switchboard.client;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gives a client the token that proves who its user is ({@link
 * ClientBuilder#token(TokenSupplier)}).
 *
 * <p>The client asks for a token before each attempt to connect, and before the server's {@link
 * ClientEvent.AuthExpiring} comes true. It asks on a virtual thread, and never twice at a time: if
 * a token is needed while one is on its way, that one is used. An exception, or no token within 30
 * s, is a failed attempt, which the client repeats after its usual delay. What comes later is not
 * used; a supplier that still blocks then is interrupted.
 */
@FunctionalInterface
public interface TokenSupplier {
  /**
   * A token that is good now: 1–16,384 visible ASCII characters.
   *
   * @throws Exception if there is none; the client tells why in {@link ClientEvent.AuthFailed}
   */
  CompletionStage<String> token() throws Exception;

  /** One that blocks until it has a token. Interrupted when it took too long. */
  static TokenSupplier blocking(Callable<String> tokens) {
    return () -> CompletableFuture.completedFuture(tokens.call());
  }
}
