package dev.switchboard.protocol.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.Verbs;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Interprets what one connection sends to a server: messages go in, checked requests come out. It
 * answers invalid messages itself. It decides which messages are allowed when ({@code resume} only
 * as the first one) and checks each message against its type, and it knows nothing of rooms, users,
 * sockets or time. Confined to one thread.
 *
 * <p>It has two states: before the first message, which is the only one that may be {@code resume},
 * and after it. A malformed first message counts as well.
 */
public final class ServerConversation {
  private static final Pattern JWE =
      Pattern.compile("[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]++){4}"); // RFC 7516 §7.1

  private final Protocol<?> protocol;
  private final Encoding encoding;
  private final Predicate<Address> encrypted;
  private final Requests requests;
  private boolean first = true; // whether no message has been received yet

  /**
   * Receives what the other side asks for, checked and typed. Called by the conversation's thread.
   */
  public interface Requests {
    /** Sends an answer that needs nothing but the conversation. */
    void answer(Draft answer);

    /** Called before each {@code error} that is sent through {@link #answer}. */
    default void refused(ErrorCode code) {}

    /** Resumes a session. Only ever the first call. */
    void resume(@Nullable Id id, Control.Resume resume);

    /** Joins a room. */
    void join(@Nullable Id id, Control.JoinRoom join);

    /** Leaves a room. */
    void leave(@Nullable Id id, Control.LeaveRoom leave);

    /** Asks who is in a room, or online. */
    void userList(@Nullable Id id, Control.UserList userList);

    /** Asks whether users are online. */
    void userStatus(@Nullable Id id, Control.UserStatus userStatus);

    /** Renews the proof of who the client is. */
    void authenticate(@Nullable Id id, Control.Authenticate authenticate);

    /** Asks for a page of a log. */
    void history(@Nullable Id id, Control.History history);

    /** Publishes to one or several logs. */
    void publish(Incoming message);

    /** Passes a message to the server's own handler. */
    void handle(Incoming message);

    /** Answers a message that could not be checked because a validator failed. */
    void failed(@Nullable Id id, String type, RuntimeException failure);

    /**
     * Passes on an answer to one of the server's requests, which may have been given up already.
     */
    void answered(Answer answer);
  }

  /**
   * An answer to one of the server's requests.
   *
   * @param re the request's ID
   * @param refused why there is no reply; null if there is one
   */
  public record Answer(
      Id re, @Nullable RefusedException refused, String type, byte @Nullable [] data) {}

  /**
   * A message of one of the protocol's types.
   *
   * @param fleeting whether the type or the sender declares it fleeting
   * @param message the record; null if it is encrypted, which only published messages are
   */
  public record Incoming(
      Envelope envelope, MessageType<?> type, boolean fleeting, @Nullable Object message) {}

  /**
   * Creates a conversation in which nothing has been received.
   *
   * @param encrypted the addresses where all messages are encrypted, and only there
   */
  public ServerConversation(
      Protocol<?> protocol, Encoding encoding, Predicate<Address> encrypted, Requests requests) {
    this.protocol = protocol;
    this.encoding = encoding;
    this.encrypted = encrypted;
    this.requests = requests;
  }

  /** Receives one whole message of the kind that the encoding uses. */
  public void received(byte[] message) {
    @Nullable Id id = null;
    String type = "";
    try {
      Envelope envelope = encoding.read(message);
      id = envelope.id();
      type = envelope.type();
      boolean opening = first;
      first = false;
      if (answers(envelope)) {
        requests.answered(answer(envelope));
      } else if (envelope.control() != null) {
        control(envelope, opening);
      } else {
        message(envelope);
      }
    } catch (MalformedEnvelope malformed) {
      first = false;
      refuse(
          Refusal.of(
              malformed.id(), ErrorCode.BAD_MESSAGE, String.valueOf(malformed.getMessage())));
    } catch (InvalidMessageException invalid) {
      refuse(Refusal.of(id, invalid));
    } catch (RuntimeException broken) { // thrown by a user's validator
      requests.failed(id, type, broken);
    }
  }

  /** Receives a message of the other kind: binary instead of text, or the reverse. Refuses it. */
  public void receivedOtherKind() {
    first = false;
    refuse(
        Refusal.of(
            null,
            ErrorCode.BAD_MESSAGE,
            encoding.binary()
                ? "message: text (expected: binary with one CBOR map)"
                : "message: binary (expected: text with one JSON object)"));
  }

  /** Refuses a message and reads only its ID. */
  public void refuse(byte[] message, ErrorCode code, String why, Map<String, Object> details) {
    first = false;
    @Nullable Id id;
    try {
      id = encoding.read(message).id();
    } catch (MalformedEnvelope malformed) {
      id = malformed.id();
    }
    refuse(new Refusal(id, code, why, code.retryable(), details));
  }

  private static boolean answers(Envelope envelope) {
    return envelope.re() != null && (envelope.control() == null || envelope.type().equals("error"));
  }

  private static Answer answer(Envelope envelope) {
    @Nullable JsonNode error = envelope.control();
    return new Answer(
        Objects.requireNonNull(envelope.re()),
        error == null ? null : Refusal.read(error),
        envelope.type(),
        envelope.data());
  }

  private void control(Envelope envelope, boolean opening) {
    @Nullable Id id = envelope.id();
    switch (Control.of(envelope)) {
      case Control.Resume resume -> {
        if (opening) {
          requests.resume(id, resume);
        } else {
          refuse(
              Refusal.of(
                  id,
                  ErrorCode.CONFLICT,
                  "resume: not the first message (expected: only as the first message)"));
        }
      }
      case Control.JoinRoom join -> requests.join(id, join);
      case Control.LeaveRoom leave -> requests.leave(id, leave);
      case Control.UserList list -> requests.userList(id, list);
      case Control.UserStatus status -> requests.userStatus(id, status);
      case Control.Authenticate proof -> {
        first = opening; // a proof may come before a resume
        requests.authenticate(id, proof);
      }
      case Control.History history -> requests.history(id, history);
      case Control.Ping ping -> requests.answer(ServerMessages.pong(id));
      case Control.Pong pong -> {}
    }
  }

  private void message(Envelope envelope) {
    MessageType<?> type = protocol.find(envelope.type());
    if (type == null) {
      refuse(
          Refusal.of(
              envelope.id(),
              ErrorCode.UNKNOWN_TYPE,
              "type: " + envelope.type() + " is unknown (expected: a type of this endpoint)"));
      return;
    }
    if (type.fromServer()) {
      refuse(Refusal.of(envelope.id(), ErrorCode.FORBIDDEN, Verbs.isFromServer(type)));
      return;
    }
    if (type.fleeting() && !envelope.fleeting() && envelope.id() != null) {
      refuse(Refusal.of(envelope.id(), ErrorCode.BAD_MESSAGE, Verbs.isFleeting(type)));
      return;
    }
    Object message = isEncrypted(envelope) ? null : protocol.decode(type, envelope.payload());
    Incoming incoming =
        new Incoming(envelope, type, type.fleeting() || envelope.fleeting(), message);
    if (envelope.addresses().isEmpty()) {
      requests.handle(incoming);
    } else if (type.replyClass() != null) {
      refuse(
          Refusal.of(
              envelope.id(),
              ErrorCode.BAD_MESSAGE,
              "type: " + type.name() + " is a request (expected: no address)"));
    } else {
      requests.publish(incoming);
    }
  }

  /**
   * Whether a message is encrypted.
   *
   * @throws InvalidMessageException if it should be and is not, or the reverse
   */
  private boolean isEncrypted(Envelope envelope) {
    Payload data = envelope.payload();
    boolean jwe = data != null && data.encrypted() && JWE.matcher(data.ciphertext()).matches();
    boolean required = requiresEncryption(envelope);
    if (jwe && !required) {
      throw new InvalidMessageException(
          "data", "plain", "data: a JWE (expected: an object; nothing is encrypted here)");
    }
    if (required && !jwe) {
      throw new InvalidMessageException(
          "data", "encrypted", "data: plain (expected: a JWE; everything is encrypted here)");
    }
    if (required && envelope.addresses().size() > 1) {
      throw new InvalidMessageException(
          "rooms", "encrypted", "rooms: several (expected: one; an encrypted message has one)");
    }
    return jwe;
  }

  private boolean requiresEncryption(Envelope envelope) {
    for (Address address : envelope.addresses()) {
      if (encrypted.test(address)) {
        return true;
      }
    }
    return false;
  }

  private void refuse(Refusal refusal) {
    requests.refused(refusal.code());
    requests.answer(ServerMessages.error(refusal));
  }
}
