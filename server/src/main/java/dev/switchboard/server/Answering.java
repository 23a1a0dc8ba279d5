package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one client's message with what became of it. Immutable. */
record Answering(Endpoint<?> endpoint, Connection connection, Incoming message) {
  private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

  /** When it is known, from any thread; a close waits for it as long as it may. */
  void answer(CompletionStage<Outcome> coming) {
    connection.readGate().answerDue();
    coming.whenComplete((outcome, failure) -> {
      try {
        answer(outcome, failure);
      } finally {
        connection.readGate().answered();
      }
    });
  }

  /** From any thread. */
  void answer(@Nullable Outcome outcome, @Nullable Throwable failure) {
    Id id = message.envelope().id();
    if (failure != null || outcome == null) {
      connection.refuse(
          id, failure != null ? failure : new NullPointerException("outcome"), what());
    } else if (id != null) {
      Draft answer;
      try {
        answer = draft(id, outcome);
      } catch (RuntimeException unsendable) { // a reply that cannot be encoded, or is too large
        if (unsendable instanceof RefusedException) {
          LOG.warn(
              "{}: the reply to {} is not sent: {}",
              endpoint.path(),
              message.type().name(),
              unsendable.getMessage());
        }
        connection.refuse(id, unsendable, what());
        return;
      }
      if (answer != null) {
        connection.answer(answer);
      }
    }
  }

  private String what() {
    return (message.envelope().addresses().isEmpty() ? "the handler of " : "publishing ")
        + message.type().name();
  }

  private @Nullable Draft draft(Id id, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Replied replied ->
          ServerMessages.reply(
              id,
              endpoint.protocol().typeOf(replied.reply()).name(),
              endpoint.sizes().sent(replied.reply()));
      case Outcome.Handled handled -> message.fleeting() ? null : ServerMessages.ack(id, 0);
      case Outcome.Published published -> message.fleeting() ? null : ack(id, published.seqs());
    };
  }

  private Draft ack(Id id, List<Long> seqs) {
    List<Address> addresses = message.envelope().addresses();
    if (!message.envelope().several()) {
      return ServerMessages.ack(id, seqs.get(0));
    }
    Map<String, Long> byRoom = new LinkedHashMap<>();
    for (int i = 0; i < addresses.size(); i++) {
      if (addresses.get(i) instanceof Address.Room room) {
        byRoom.put(room.name(), seqs.get(i));
      }
    }
    return ServerMessages.ack(id, byRoom);
  }
}
