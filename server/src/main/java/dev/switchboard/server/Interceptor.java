package dev.switchboard.server;

import java.util.concurrent.CompletionStage;

/**
 * Stands around every message of an endpoint's clients: what they publish and what they send to
 * handlers, not joins and other control messages. For logging, timing, authorization.
 *
 * <pre>{@code
 * endpoint.intercept((message, from, next) -> {
 *   long began = System.nanoTime();
 *   return next.proceed().whenComplete((outcome, failure) -> timer.record(System.nanoTime() - began));
 * });
 * }</pre>
 *
 * <p>Runs on the connection's virtual thread, in the order of its messages; it may block, and then
 * the connection's next messages wait. The one given first is outermost.
 *
 * @param <M> the endpoint's messages
 */
@FunctionalInterface
public interface Interceptor<M> {
  /**
   * Lets a message pass with {@code next.proceed()}, and returns what became of it; returning
   * something else answers the sender with that instead. Not proceeding drops the message. A {@link
   * dev.switchboard.protocol.RefusedException} thrown, or in the stage, is the sender's {@code
   * error}; anything else is logged and answered as {@code internal}.
   */
  CompletionStage<Outcome> intercept(Inbound<M> message, Peer<M> from, Next next) throws Exception;

  /** What stands further in: the next interceptor, and at last the handler or the log. */
  @FunctionalInterface
  interface Next {
    /**
     * Goes on, at most once. A handler has run when this returns; a publish may be still on its way
     * to the log. Never throws: failures are in the stage.
     */
    CompletionStage<Outcome> proceed();
  }
}
