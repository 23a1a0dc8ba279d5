package dev.switchboard.server.session;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation.Answer;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.server.limits.Settings;
import dev.switchboard.server.session.MovedSession.OpenQuestion;
import dev.switchboard.server.session.MovedSession.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The questions that a session's client has not answered yet. They belong to the session, so a
 * question outlives its connection: it is asked again on the next one, with the same ID.
 * Thread-safe.
 */
final class Questions {
  private static final int MAX_WAITING = 100;

  /** A question that waits until the deadline, by {@link System#nanoTime}. */
  private record Waiting(
      Question question, int bytes, long deadline, CompletableFuture<Answer> answer) {}

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
    Waiting asked;
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
      Id id = Id.of(session + "." + ++last);
      asked = waiting(new Question(id, type, timestamp, data), more, timeout);
    }
    return new Asked(asked.question.draft(), asked.answer);
  }

  /** Must be called with the lock held. */
  private Waiting waiting(Question question, int bytes, Duration left) {
    CompletableFuture<Answer> answer =
        new CompletableFuture<Answer>().orTimeout(left.toMillis(), TimeUnit.MILLISECONDS);
    Waiting asked = new Waiting(question, bytes, System.nanoTime() + left.toNanos(), answer);
    waiting.put(question.id(), asked);
    CompletionStage<Answer> unused = answer.whenComplete((done, why) -> forget(question.id()));
    return asked;
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

  /**
   * Ends, because the session goes on at another server, where the client is asked. The answers are
   * awaited elsewhere from now on.
   */
  List<OpenQuestion> moveAway(BiConsumer<Id, CompletableFuture<Answer>> elsewhere) {
    List<Waiting> moved;
    synchronized (this) {
      ended = true;
      moved = new ArrayList<>(waiting.values());
      waiting.clear();
    }
    moved.forEach(question -> elsewhere.accept(question.question.id(), question.answer));
    long now = System.nanoTime();
    return moved.stream()
        .map(one -> new OpenQuestion(one.question, one.bytes, Duration.ofNanos(one.deadline - now)))
        .filter(one -> one.left().isPositive())
        .toList();
  }

  /** Takes over the questions of another server, which gets the answers. */
  synchronized void moveHere(List<OpenQuestion> moved, Consumer<Answer> back) {
    for (OpenQuestion open : moved) {
      CompletionStage<Void> unused =
          waiting(open.question(), open.bytes(), open.left()).answer.thenAccept(back);
    }
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
    return waiting.values().stream().map(one -> one.question.draft()).toList();
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
