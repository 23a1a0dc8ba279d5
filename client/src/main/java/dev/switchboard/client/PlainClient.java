package dev.switchboard.client;

import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.client.Command;
import java.util.concurrent.CompletionStage;

/**
 * A typed client of a server other than Switchboard. It exchanges records in a {@link
 * MessageFormat}, as well as text and bytes. Thread-safe. Messages whose type the client does not
 * know reach only the handlers of {@link RawClient}, which get the others too.
 *
 * @param <M> the sealed interface of the messages
 */
public final class PlainClient<M> extends RawClient implements TypedClient<M> {
  private final Protocol<M> protocol;
  private final MessageFormat form;
  private final TypedMessages<M> typed;

  PlainClient(Protocol<M> protocol, MessageFormat form, ClientOptions options) {
    super(options);
    this.protocol = protocol;
    this.form = form;
    this.typed = new TypedMessages<>(protocol, dispatcher, events, pulled, Encryption.NONE);
  }

  /**
   * Sends a message like {@link #send(String)}.
   *
   * @throws InvalidMessageException if the message breaks a rule of its type
   */
  public void send(M message) {
    blocking(frame(message), message);
  }

  /** Sends a message like {@link #sendAsync(String)}. */
  public CompletionStage<Void> sendAsync(M message) {
    return later(frame(message), message);
  }

  /**
   * Sends data with the name of a type, like {@link #send(String)}.
   *
   * @param data a JSON tree, or anything that Jackson can convert to JSON; an object if the format
   *     is {@link MessageFormat#FLAT}
   * @throws InvalidMessageException if the client knows the type, and the data breaks one of its
   *     rules
   */
  public void send(String type, Object data) {
    blocking(frame(type, data), data);
  }

  /** Sends data with the name of a type, like {@link #send(String, Object)}, without blocking. */
  public CompletionStage<Void> sendAsync(String type, Object data) {
    return later(frame(type, data), data);
  }

  TypedMessages<M> typed() {
    return typed;
  }

  @Override
  void handle(byte[] utf8) {
    super.handle(utf8);
    MessageFormatReader.Message message = form.read(utf8);
    if (message != null) {
      typed.handle(message);
    }
  }

  private Command.Frame frame(M message) {
    return frame(protocol.typeOf(message).name(), protocol.encode(message));
  }

  private Command.Frame frame(String type, Object data) {
    return frame(type, typed.encode(type, data));
  }

  private Command.Frame frame(String type, byte[] json) {
    return new Command.Frame(true, form.write(type, json, System.currentTimeMillis()));
  }
}
