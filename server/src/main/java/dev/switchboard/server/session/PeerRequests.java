package dev.switchboard.server.session;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.server.ServerConversation.Answer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Sends typed requests to clients as questions, and decodes their answers. */
public final class PeerRequests {
  private PeerRequests() {}

  /**
   * Asks the session's client, on its current connection or the next one. The future fails with
   * {@code timeout} if no answer arrives in time. Thread-safe.
   */
  public static <R extends Record> CompletableFuture<R> ask(
      EndpointRuntime endpoint, Session session, Request<R> request, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: positive)");
    }
    MessageType<?> type = endpoint.protocol().typeOf(request);
    CompletableFuture<R> reply = new CompletableFuture<>();
    Questions.Asked asked;
    try {
      Payload data = endpoint.sizes().sent(request);
      int most = endpoint.settings().maxSentBytes();
      int bytes = endpoint.encodings().largest(type.name(), data, 0);
      asked =
          session
              .questions()
              .ask(type.name(), endpoint.context().timestamp(), data, bytes, most, timeout);
    } catch (RefusedException refused) {
      reply.completeExceptionally(refused);
      return reply;
    }
    CompletableFuture<Answer> answer = asked.answer();
    Class<R> expected = replyClass(request, type);
    CompletionStage<?> unused =
        answer.whenComplete(
            (answered, failure) -> settle(endpoint, expected, reply, answered, failure));
    CompletionStage<?> unusedEnd = reply.whenComplete((done, failure) -> answer.cancel(false));
    Connection connection = session.connection();
    if (connection != null) {
      connection.answer(asked.draft());
    }
    return reply;
  }

  private static <R extends Record> void settle(
      EndpointRuntime endpoint,
      Class<R> expected,
      CompletableFuture<R> reply,
      @Nullable Answer answer,
      @Nullable Throwable failure) {
    if (failure instanceof TimeoutException) {
      reply.completeExceptionally(
          new RefusedException(ErrorCode.TIMEOUT, "answer: none in time from the client"));
    } else if (failure != null) {
      reply.completeExceptionally(failure);
    } else if (answer != null && answer.refused() != null) {
      reply.completeExceptionally(answer.refused());
    } else if (answer != null) {
      try {
        reply.complete(decode(endpoint, expected, answer));
      } catch (RuntimeException invalid) {
        reply.completeExceptionally(invalid);
      }
    }
  }

  @SuppressWarnings("unchecked") // a request's type names the class of its reply
  private static <R extends Record> Class<R> replyClass(Request<R> request, MessageType<?> type) {
    return (Class<R>) Objects.requireNonNull(type.replyClass(), () -> request + " is no request");
  }

  private static <R extends Record> R decode(
      EndpointRuntime endpoint, Class<R> expected, Answer answer) {
    MessageType<R> reply = endpoint.protocol().type(expected);
    if (!reply.name().equals(answer.type())) {
      throw new RefusedException(
          ErrorCode.INVALID, "reply: " + answer.type() + " (expected: " + reply.name() + ")");
    }
    return endpoint.protocol().decode(reply, answer.data());
  }
}
