package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import dev.switchboard.protocol.DecryptionException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.wire.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts envelopes into records and passes them to users' handlers. Thread-safe. */
final class TypedMessages<M> {
  private static final Logger LOG = LoggerFactory.getLogger(TypedMessages.class);

  private final Protocol<M> protocol;
  private final Dispatcher dispatcher;
  private final Events events;
  private final Pulled pulled;
  private final Encryption encryption;
  private final Listeners<MessageEvent<? extends M>> messages = new Listeners<>();

  TypedMessages(
      Protocol<M> protocol,
      Dispatcher dispatcher,
      Events events,
      Pulled pulled,
      Encryption encryption) {
    this.protocol = protocol;
    this.dispatcher = dispatcher;
    this.events = events;
    this.pulled = pulled;
    this.encryption = encryption;
  }

  Subscription onMatching(
      Predicate<MessageEvent<?>> filter, Consumer<? super MessageEvent<? extends M>> handler) {
    return messages.add(filter, handler, false);
  }

  @SuppressWarnings("unchecked") // the filter lets only those through
  <T extends M> Subscription on(
      Class<T> type, Consumer<? super MessageEvent<T>> handler, boolean once) {
    return messages.add(
        type,
        handler,
        event -> type.isInstance(event.message()),
        event -> handler.accept((MessageEvent<T>) event),
        once);
  }

  Subscription on(String type, Consumer<? super MessageEvent<? extends M>> handler) {
    if (protocol.find(type) == null) {
      throw new IllegalArgumentException(
          "type: " + type + " (expected: one of " + protocol.union().getName() + ")");
    }
    return messages.add(type, handler, event -> event.type().equals(type), handler, false);
  }

  /** Removes handlers of a class or type name: all of them, or this one. */
  void off(Object type, @Nullable Object handler) {
    messages.remove(type, handler);
  }

  /**
   * Returns data of a named type as JSON.
   *
   * @throws InvalidMessageException if the client knows the type, and the data breaks one of its
   *     rules
   */
  byte[] encode(String type, Object data) {
    byte[] json = Json.MAPPER.writeValueAsBytes(data);
    MessageType<? extends M> known = protocol.find(type);
    if (known != null) {
      try {
        protocol.decode(known, json);
      } catch (InvalidMessageException invalid) {
        throw invalid.unsent(data);
      }
    }
    return json;
  }

  Messages<MessageEvent<? extends M>> pull() {
    return pulled.messages(this::all);
  }

  Flow.Publisher<MessageEvent<? extends M>> publisher() {
    return pulled.publisher(this::all);
  }

  private Subscription all(Consumer<MessageEvent<? extends M>> handler) {
    return messages.add(event -> true, handler, false);
  }

  /**
   * On the loop: passes a message to the handlers' thread, if there is a handler, or it must be
   * decrypted to find out whether it is genuine.
   */
  void received(Report.Received message) {
    if (message instanceof Report.Message entry
        && (!messages.isEmpty() || encryption.covers(entry.envelope().address()))) {
      Payload payload = entry.envelope().payload();
      dispatcher.submit(
          () -> handle(entry.envelope()), payload == null ? 0 : payload.bytes().length);
    }
  }

  /** On the handlers' thread: calls the matching handlers. */
  private void handle(Envelope envelope) {
    MessageType<? extends M> type = known(envelope.type());
    if (type == null) {
      return;
    }
    Payload payload;
    try {
      payload = encryption.opened(envelope);
    } catch (DecryptionException refused) {
      events.tell(failure(envelope, refused));
      return;
    } catch (RuntimeException broken) { // thrown by a user's cipher
      events.failed(type.name(), broken);
      return;
    }
    handle(type.name(), payload, () -> read(type, envelope, payload));
  }

  /**
   * On the handlers' thread: calls the matching handlers for a message of a server other than
   * Switchboard.
   */
  void handle(MessageFormatReader.Message message) {
    handle(message.type(), message.payload(), () -> read(message));
  }

  private void handle(
      String type,
      @Nullable Payload payload,
      Supplier<? extends @Nullable MessageEvent<? extends M>> reading) {
    MessageEvent<? extends M> event;
    try {
      event = reading.get();
    } catch (InvalidMessageException invalid) {
      invalid(type, payload, invalid);
      return;
    } catch (RuntimeException broken) { // thrown by a user's validator
      events.failed(type, broken);
      return;
    }
    if (event != null) {
      messages.tell(event, thrown -> events.failed(type, thrown));
    }
  }

  private void invalid(String type, @Nullable Payload payload, InvalidMessageException why) {
    String data = payload == null ? null : new String(payload.json(), StandardCharsets.UTF_8);
    events.tell(new ClientEvent.ValidationError(why, type, data));
  }

  /** Returns the valid messages whose type the client knows. */
  List<MessageEvent<? extends M>> readable(List<Envelope> entries) {
    List<MessageEvent<? extends M>> read = new ArrayList<>();
    for (Envelope entry : entries) {
      MessageType<? extends M> type = known(entry.type());
      if (type == null) {
        continue;
      }
      Payload payload = null;
      try {
        payload = encryption.opened(entry);
        read.add(read(type, entry, payload));
      } catch (DecryptionException refused) {
        dispatcher.submit(() -> events.tell(failure(entry, refused)), 0);
      } catch (InvalidMessageException invalid) {
        Payload shown = payload;
        dispatcher.submit(() -> invalid(entry.type(), shown, invalid), 0);
      } catch (RuntimeException broken) { // thrown by a user's cipher or validator
        dispatcher.submit(() -> events.failed(entry.type(), broken), 0);
      }
    }
    return read;
  }

  private static ClientEvent failure(Envelope envelope, DecryptionException why) {
    return new ClientEvent.DecryptionFailed(
        why,
        envelope.address(),
        envelope.logSeq(),
        envelope.type(),
        envelope.from(),
        envelope.messageId());
  }

  private @Nullable MessageEvent<? extends M> read(MessageFormatReader.Message message) {
    MessageType<? extends M> type = known(message.type());
    return type == null ? null : read(type, message);
  }

  private @Nullable MessageType<? extends M> known(String name) {
    MessageType<? extends M> type = protocol.find(name);
    if (type == null) {
      LOG.debug("ignored a message of unknown type {}", name);
    }
    return type;
  }

  private <T extends M> MessageEvent<T> read(
      MessageType<T> type, MessageFormatReader.Message message) {
    return new MessageEvent<>(
        protocol.decode(type, message.payload()),
        type.name(),
        null,
        0,
        null,
        Instant.ofEpochMilli(message.timestamp()),
        null);
  }

  private <T extends M> MessageEvent<T> read(
      MessageType<T> type, Envelope envelope, @Nullable Payload payload) {
    return new MessageEvent<>(
        protocol.decode(type, payload),
        type.name(),
        envelope.address(),
        envelope.logSeq(),
        envelope.from(),
        Instant.ofEpochMilli(envelope.timestamp()),
        envelope.messageId());
  }
}
