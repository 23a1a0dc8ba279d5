package dev.switchboard.client;

import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A client that gets records. Messages of types that it does not know come to none of these.
 * Thread-safe; which thread runs handlers says {@link WebSocketClient}.
 *
 * @param <M> the sealed interface of the messages
 */
public sealed interface TypedClient<M> permits Client, PlainClient {

  /** Calls a handler for every message. */
  default Subscription on(Consumer<? super MessageEvent<? extends M>> handler) {
    return handlers().onMatching(event -> true, handler);
  }

  /** Calls a handler for every message of a class, which may be one of several types. */
  default <T extends M> Subscription on(Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return handlers().on(type, handler, false);
  }

  /**
   * Calls a handler for every message of the type with that name on the wire.
   *
   * @throws IllegalArgumentException if the client knows none of that name
   */
  default Subscription on(String type, Consumer<? super MessageEvent<? extends M>> handler) {
    return handlers().on(type, handler);
  }

  /** Calls a handler for the next message of a class, and then no more. */
  default <T extends M> Subscription once(
      Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return handlers().on(type, handler, true);
  }

  /** Takes off all handlers that were put on for that class. */
  default void off(Class<? extends M> type) {
    handlers().off(type, null);
  }

  /** Takes a handler off that was put on for that class. */
  default void off(Class<? extends M> type, Consumer<?> handler) {
    handlers().off(type, handler);
  }

  /** Takes off all handlers that were put on for the type with that name. */
  default void off(String type) {
    handlers().off(type, null);
  }

  /** Takes a handler off that was put on for the type with that name. */
  default void off(String type, Consumer<?> handler) {
    handlers().off(type, handler);
  }

  /** The messages from now on, to be pulled one by one; see {@link Messages}. */
  default Messages<MessageEvent<? extends M>> messages() {
    return handlers().pull();
  }

  /**
   * The messages, for reactive code. Each subscription gets those that come after it, on a virtual
   * thread of its own; the last word is {@code onComplete}, when the client is closed or has given
   * up. One that does not ask for more holds up the client as {@link Messages} do.
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
