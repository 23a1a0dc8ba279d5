package dev.switchboard.server.session;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one client message with its outcome. Immutable. */
record Answering(EndpointRuntime endpoint, Connection connection, Incoming message) {
  private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

  /** Answers when the outcome is known. A close waits for it as long as it may. Thread-safe. */
  void answer(CompletionStage<Answer> coming) {
    connection.readGate().answerDue();
    coming.whenComplete(
        (answer, failure) -> connection.readGate().answering(() -> answer(answer, failure)).run());
  }

  /** Answers with a result or a failure. Thread-safe. */
  void answer(@Nullable Answer answer, @Nullable Throwable failure) {
    Id id = message.envelope().id();
    if (failure != null || answer == null) {
      report(failure);
      connection.refuse(id, failure != null ? failure : new NullPointerException("answer"), what());
    } else if (id != null) {
      Draft draft;
      try {
        draft = answer.draft(id);
      } catch (RuntimeException unsendable) { // a reply that can't be encoded, or is too large
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
      if (draft != null) {
        connection.answer(draft);
      }
    }
  }

  /** Reports a message that may not be published. Failures of users' code are none of that. */
  private void report(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof RefusedException refused
        && refused.code() == ErrorCode.FORBIDDEN
        && !message.envelope().addresses().isEmpty()) {
      endpoint
          .context()
          .audit()
          .publishRefused(
              connection.request(),
              connection.user(),
              message.type().name(),
              message.envelope().addresses(),
              String.valueOf(refused.getMessage()));
    }
  }

  private String what() {
    return (message.envelope().addresses().isEmpty() ? "the handler of " : "publishing ")
        + message.type().name();
  }
}
