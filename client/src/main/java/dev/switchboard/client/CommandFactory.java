package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Verbs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands of users' messages, and refuses those that are given to the wrong verb.
 * Thread-safe.
 *
 * @param <M> the protocol's sealed interface
 */
final class CommandFactory<M> {
  private final Protocol<M> protocol;
  private final TypedMessages<M> messages;
  private final Encryption encryption;

  /** A message that may be lost; the data are JSON. */
  record Fleeting(String type, byte[] data) {}

  CommandFactory(Protocol<M> protocol, TypedMessages<M> messages, Encryption encryption) {
    this.protocol = protocol;
    this.messages = messages;
    this.encryption = encryption;
  }

  /** A message for one log. */
  Command.Publish publication(Address address, boolean echo, M message) {
    String type = Verbs.requireAcknowledged(own(message)).name();
    return publication(address, echo, type, protocol.encode(message), message);
  }

  /** A message for several rooms, all or none. */
  Command.Publish publication(List<String> rooms, M message) {
    List<Address> addresses = rooms.stream().map(Address::room).toList();
    if (addresses.stream().anyMatch(encryption::covers)) {
      throw new IllegalArgumentException(
          "rooms: an encrypted one among several (expected: a message for each)");
    }
    String type = Verbs.requireAcknowledged(own(message)).name();
    byte[] data = protocol.encode(message);
    return new Command.Publish(type, MessageIds.next(), addresses, true, true, data);
  }

  /** Data under a type's name for one log. */
  Command.Publish publication(Address address, boolean echo, String type, Object data) {
    return publication(address, echo, type, encode(acknowledged(type), data), data);
  }

  private Command.Publish publication(
      Address address, boolean echo, String type, byte[] json, Object unsent) {
    String id = MessageIds.next();
    byte[] data = encryption.sealed(address, type, id, json, unsent);
    return new Command.Publish(type, id, List.of(address), false, echo, data);
  }

  /** A message for the server's own handler. */
  Command.Tell telling(Object message) {
    String type = Verbs.requireAcknowledged(own(message)).name();
    return new Command.Tell(type, null, protocol.encode(message));
  }

  /** Data under a type's name for the server's own handler. */
  Command.Tell telling(String type, Object data) {
    return new Command.Tell(acknowledged(type), null, encode(type, data));
  }

  /** A message that may be lost. {@code instead} is the verb for those that may not. */
  Fleeting fleeting(String instead, M message) {
    String type = Verbs.requireFleeting(own(message), instead).name();
    return new Fleeting(type, protocol.encode(message));
  }

  /** Data under a type's name that may be lost. */
  Fleeting fleeting(String instead, String type, Object data) {
    MessageType<? extends M> known = own(type);
    String name = known == null ? type : Verbs.requireFleeting(known, instead).name();
    return new Fleeting(name, encode(name, data));
  }

  private String acknowledged(String type) {
    MessageType<? extends M> known = own(type);
    return known == null ? type : Verbs.requireAcknowledged(known).name();
  }

  /** The type of a message that is to be sent. */
  private MessageType<?> own(Object message) {
    return Verbs.requireFromClient(protocol.typeOf(message));
  }

  /** The type with this name, which is to be sent; null if it is not known here. */
  private @Nullable MessageType<? extends M> own(String type) {
    MessageType<? extends M> known = protocol.find(type);
    return known == null ? null : Verbs.requireFromClient(known);
  }

  private byte[] encode(String type, Object data) {
    if (MessageType.isReserved(type)) {
      throw new IllegalArgumentException(
          "type: " + type + " is Switchboard's own (expected: a message's)");
    }
    return messages.encode(type, data);
  }

  /** What the server's own handler replied to a request. */
  @SuppressWarnings("unchecked") // a request's type names the class of its reply
  <R extends Record> R reply(Request<R> request, Answer answer) {
    Class<R> expected = (Class<R>) protocol.typeOf(request).replyClass();
    if (expected == null || !(answer instanceof Answer.Reply reply)) {
      throw new RefusedException(
          ErrorCode.INTERNAL, "reply: none (expected: a " + expected + " to " + request.getClass());
    }
    return protocol.decode(protocol.type(expected), reply.payload());
  }

  /** A page of a log, of which only what is known here can be read. */
  History<M> history(Answer answer) {
    Answer.Page page = (Answer.Page) answer;
    List<Envelope> read = page.entries();
    return new History<>(
        page.epoch(),
        page.seq(),
        read.isEmpty() ? 0 : read.getFirst().logSeq(),
        read.isEmpty() ? 0 : read.getLast().logSeq(),
        messages.readable(read),
        page.more());
  }
}
