package dev.switchboard.client;

import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.internal.ClientAsk;
import dev.switchboard.protocol.internal.Envelope;
import dev.switchboard.protocol.internal.Json;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A typed client of a server that is not ours: records in a {@link Form}, beside text and bytes.
 * Thread-safe. Messages of types that the client does not know reach only the handlers of {@link
 * RawClient}, which get the others too.
 *
 * @param <M> the sealed interface of the messages
 */
public final class PlainClient<M> extends RawClient {
  private final Protocol<M> protocol;
  private final Form form;
  private final TypedMessages<M> typed;

  PlainClient(Protocol<M> protocol, Form form, ClientOptions options) {
    super(options);
    this.protocol = protocol;
    this.form = form;
    this.typed = new TypedMessages<>(protocol, dispatcher, events);
  }

  /**
   * Sends a message; as {@link #send(String)}.
   *
   * @throws InvalidMessageException if it breaks a rule of its type
   */
  public void send(M message) {
    blocking(frame(message), message);
  }

  /** Sends a message without blocking; as {@link #sendAsync(String)}. */
  public CompletionStage<Void> sendAsync(M message) {
    return later(frame(message), message);
  }

  /**
   * Sends data under a type's name; as {@link #send(String)}.
   *
   * @param data a JSON tree, or whatever Jackson turns into JSON; an object, if the form is flat
   * @throws InvalidMessageException if the client knows the type, and the data break one of its
   *     rules
   */
  public void send(String type, Object data) {
    blocking(frame(type, data), data);
  }

  /** Sends data under a type's name without blocking; as {@link #send(String, Object)}. */
  public CompletionStage<Void> sendAsync(String type, Object data) {
    return later(frame(type, data), data);
  }

  /** Calls a handler for every message of a type that the client knows. */
  public Subscription on(Consumer<? super MessageEvent<? extends M>> handler) {
    return typed.onMatching(event -> true, handler);
  }

  /** Calls a handler for every message of a class, which may be one of several types. */
  public <T extends M> Subscription on(Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return typed.on(type, handler, false);
  }

  /** Calls a handler for every message of the type with that name on the wire. */
  public Subscription on(String type, Consumer<? super MessageEvent<? extends M>> handler) {
    return typed.on(type, handler);
  }

  /** Calls a handler for the next message of a class, and then no more. */
  public <T extends M> Subscription once(Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return typed.on(type, handler, true);
  }

  /** Takes off all handlers that were put on for that class. */
  public void off(Class<? extends M> type) {
    typed.off(type, null);
  }

  /** Takes a handler off that was put on for that class. */
  public void off(Class<? extends M> type, Consumer<?> handler) {
    typed.off(type, handler);
  }

  /** Takes off all handlers that were put on for the type with that name. */
  public void off(String type) {
    typed.off(type, null);
  }

  /** Takes a handler off that was put on for the type with that name. */
  public void off(String type, Consumer<?> handler) {
    typed.off(type, handler);
  }

  /** The messages from now on, to be pulled one by one; see {@link Messages}. */
  public Messages<MessageEvent<? extends M>> messages() {
    return pulled.messages(typed::all);
  }

  /**
   * The messages, for reactive code. Each subscription gets those that come after it, on a virtual
   * thread of its own; the last word is {@code onComplete}, when the client is closed or has given
   * up. One that does not ask for more holds up the client as {@link Messages} do.
   */
  public Flow.Publisher<MessageEvent<? extends M>> publisher() {
    return pulled.publisher(typed::all);
  }

  @Override
  void handle(byte[] utf8) {
    super.handle(utf8);
    Envelope envelope = form.read(utf8);
    if (envelope != null) {
      typed.handle(envelope);
    }
  }

  private ClientAsk.Frame frame(M message) {
    return frame(protocol.typeOf(message).name(), protocol.encode(message));
  }

  private ClientAsk.Frame frame(String type, Object data) {
    byte[] json = Json.MAPPER.writeValueAsBytes(data);
    MessageType<? extends M> known = protocol.find(type);
    if (known != null) {
      try {
        protocol.decode(known, json);
      } catch (InvalidMessageException invalid) {
        throw invalid.unsent(data);
      }
    }
    return frame(type, json);
  }

  private ClientAsk.Frame frame(String type, byte[] json) {
    return new ClientAsk.Frame(true, form.write(type, json, System.currentTimeMillis()));
  }
}
