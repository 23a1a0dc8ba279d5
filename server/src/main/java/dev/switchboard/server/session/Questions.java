package dev.switchboard.server.session;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation.Answer;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.limits.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The questions that a session's client has not answered yet. They belong to the session, so a
 * question outlives its connection: it is asked again on the next one, with the same ID.
 * Thread-safe.
 */
final class Questions {
  private static final int MAX_WAITING = 100;

  private record Waiting(Draft draft, int bytes, CompletableFuture<Answer> answer) {}

  private final String session;
  private final Map<Id, Waiting> waiting = new LinkedHashMap<>(0); // guarded by this
  private long last; // the number of the last question; guarded by this
  private boolean ended; // whether the session is over; guarded by this
  private @Nullable Questions successor; // the new owner after moveTo; guarded by this

  Questions(String session) {
    this.session = session;
  }

  /** A question and its future answer. */
  record Asked(Draft draft, CompletableFuture<Answer> answer) {}

  /**
   * Registers a question. The caller sends it if there is a connection.
   *
   * @param size the size of the data in its largest encoding
   * @param most how many bytes may wait, so that the next connection has room for all of them at
   *     once
   */
  Asked ask(String type, long timestamp, Payload data, int size, int most, Duration timeout) {
    Questions other = successor();
    return (other == null ? this : other).take(type, timestamp, data, size, most, timeout);
  }

  private synchronized @Nullable Questions successor() {
    return successor;
  }

  private Asked take(
      String type, long timestamp, Payload data, int size, int most, Duration timeout) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Id id;
    Draft draft;
    synchronized (this) {
      if (ended) {
        throw over();
      }
      if (waiting.size() >= MAX_WAITING) {
        throw new RefusedException(
            ErrorCode.UNAVAILABLE,
            "questions: " + MAX_WAITING + " wait for this client (expected: fewer)");
      }
      int more = size + Settings.ENVELOPE;
      int bytes = waiting.values().stream().mapToInt(Waiting::bytes).sum();
      if (!waiting.isEmpty() && bytes + more > most) {
        throw new RefusedException(
            ErrorCode.UNAVAILABLE,
            "questions: %d bytes wait for this client (expected: at most %d with this one's %d)"
                .formatted(bytes, most, more));
      }
      id = Id.of(session + "." + ++last);
      draft = ServerMessages.question(id, type, timestamp, data);
      waiting.put(id, new Waiting(draft, more, answer));
    }
    CompletionStage<Answer> unused =
        answer
            .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((done, why) -> forget(id));
    return new Asked(draft, answer);
  }

  private void forget(Id id) {
    Questions other;
    synchronized (this) {
      waiting.remove(id);
      other = successor;
    }
    if (other != null) {
      synchronized (other) {
        other.waiting.remove(id);
      }
    }
  }

  /**
   * Hands present and future questions over to another session, with which the client continues.
   * Never takes both locks, because two sessions may be moved to each other.
   */
  void moveTo(Questions other) {
    Map<Id, Waiting> moved;
    synchronized (this) {
      successor = other;
      moved = new LinkedHashMap<>(waiting);
      waiting.clear();
    }
    if (!other.adopt(moved)) {
      moved.values().forEach(question -> question.answer.completeExceptionally(over()));
    }
  }

  private synchronized boolean adopt(Map<Id, Waiting> moved) {
    if (ended) {
      return false;
    }
    waiting.putAll(moved);
    waiting.values().removeIf(question -> question.answer.isDone()); // during the move
    return true;
  }

  /** Completes a question with its answer. Has no effect if nobody waits for it any more. */
  void answered(Answer answer) {
    Waiting question;
    synchronized (this) {
      question = waiting.get(answer.re());
    }
    if (question != null) {
      question.answer.complete(answer);
    }
  }

  /** Returns the questions to ask again on a new connection, in the order they were asked. */
  synchronized List<Draft> open() {
    return waiting.values().stream().map(Waiting::draft).toList();
  }

  /** Fails all open questions, because the session is over. */
  void end() {
    List<Waiting> left;
    synchronized (this) {
      ended = true;
      left = new ArrayList<>(waiting.values());
    }
    left.forEach(question -> question.answer.completeExceptionally(over()));
  }

  private static RefusedException over() {
    return new RefusedException(
        ErrorCode.UNAVAILABLE, "session: over (expected: one that goes on)", false, Map.of());
  }
}
