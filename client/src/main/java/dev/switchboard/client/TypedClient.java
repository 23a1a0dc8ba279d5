package dev.switchboard.client;

import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A client that receives records. Messages whose type it does not know are not delivered to these
 * handlers. Thread-safe; see {@link WebSocketClient} for which thread runs handlers.
 *
 * @param <M> the sealed interface of the messages
 */
public sealed interface TypedClient<M> permits Client, PlainClient {

  /** Calls a handler for every message. */
  default Subscription on(Consumer<? super MessageEvent<? extends M>> handler) {
    return handlers().onMatching(event -> true, handler);
  }

  /** Calls a handler for every message of a class, which may cover several types. */
  default <T extends M> Subscription on(Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return handlers().on(type, handler, false);
  }

  /**
   * Calls a handler for every message of the type with this name on the wire.
   *
   * @throws IllegalArgumentException if the client does not know a type of this name
   */
  default Subscription on(String type, Consumer<? super MessageEvent<? extends M>> handler) {
    return handlers().on(type, handler);
  }

  /** Calls a handler for the next message of a class only. */
  default <T extends M> Subscription once(
      Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return handlers().on(type, handler, true);
  }

  /** Removes all handlers that were added for this class. */
  default void off(Class<? extends M> type) {
    handlers().off(type, null);
  }

  /** Removes a handler that was added for this class. */
  default void off(Class<? extends M> type, Consumer<?> handler) {
    handlers().off(type, handler);
  }

  /** Removes all handlers that were added for the type with this name. */
  default void off(String type) {
    handlers().off(type, null);
  }

  /** Removes a handler that was added for the type with this name. */
  default void off(String type, Consumer<?> handler) {
    handlers().off(type, handler);
  }

  /** Returns the messages from now on, to be pulled one by one; see {@link Messages}. */
  default Messages<MessageEvent<? extends M>> messages() {
    return handlers().pull();
  }

  /**
   * Returns the messages as a reactive stream. Each subscription receives the messages that arrive
   * after it, on a virtual thread of its own. It ends with {@code onComplete} when the client is
   * closed or has given up. A subscriber that does not request more blocks the client as {@link
   * Messages} do.
   */
  default Flow.Publisher<MessageEvent<? extends M>> publisher() {
    return handlers().publisher();
  }

  private TypedMessages<M> handlers() {
    return switch (this) {
      case Client<M> ours -> ours.typed();
      case PlainClient<M> plain -> plain.typed();
    };
  }
}
