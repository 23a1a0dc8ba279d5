package dev.switchboard.client;

import dev.switchboard.protocol.ConnectFailedException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Supplies a client with the tokens that authenticate its user ({@link
 * ClientBuilder#token(TokenSupplier)}).
 *
 * <p>The client requests a token before each attempt to connect, and when the server announces
 * {@link ClientEvent.AuthExpiring}. It calls the supplier on a virtual thread and makes one request
 * at a time; if another token is needed in the meantime, the same request serves it. An exception,
 * or no token within 30 s, counts as a failed attempt, which is repeated after the usual delay,
 * unless it is a {@link ConnectFailedException} that is not {@code retryable}. A token that arrives
 * later is ignored, and a supplier that is still blocked is interrupted.
 */
@FunctionalInterface
public interface TokenSupplier {
  /**
   * Returns a token that is valid now: 1–16,384 visible ASCII characters.
   *
   * @throws Exception if there is none; the client reports the reason in {@link
   *     ClientEvent.AuthFailed}
   */
  CompletionStage<String> token() throws Exception;

  /**
   * Returns a supplier that blocks until it has a token. It is interrupted if it takes too long.
   */
  static TokenSupplier blocking(Callable<String> tokens) {
    return () -> CompletableFuture.completedFuture(tokens.call());
  }
}
