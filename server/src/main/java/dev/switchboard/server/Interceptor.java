package dev.switchboard.server;

import java.util.concurrent.CompletionStage;

/**
 * Wraps the processing of every message from an endpoint's clients: published ones and those to
 * handlers, but not joins and other control messages. Useful for logging, timing and authorization.
 *
 * <pre>{@code
 * endpoint.intercept((message, from, next) -> {
 *   long began = System.nanoTime();
 *   return next.proceed().whenComplete((outcome, failure) -> timer.record(System.nanoTime() - began));
 * });
 * }</pre>
 *
 * <p>Runs on the connection's virtual thread, in the order of its messages. It may block, and the
 * connection's next messages then wait. The interceptor added first is the outermost.
 *
 * @param <M> the endpoint's messages
 */
@FunctionalInterface
public interface Interceptor<M> {
  /**
   * Passes a message on with {@code next.proceed()} and returns its outcome. If it returns another
   * outcome, the sender is answered with that one. If it does not proceed, the message is dropped.
   * A {@link dev.switchboard.protocol.RefusedException}, thrown or in the stage, is sent to the
   * sender as an {@code error}; any other exception is logged and answered with {@code internal}.
   */
  CompletionStage<Outcome> intercept(Inbound<M> message, Peer<M> from, Next next) throws Exception;

  /** The rest of the chain: the next interceptor or, at the end, the handler or the log. */
  @FunctionalInterface
  interface Next {
    /**
     * Continues the chain; may be called at most once. When it returns, a handler has run, but a
     * publication may still be waiting for the log. Never throws: failures are in the stage.
     */
    CompletionStage<Outcome> proceed();
  }
}
