package dev.switchboard.client.engine;

import dev.switchboard.client.outbox.QueueGate;
import dev.switchboard.client.outbox.StoredOutcome;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Question;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A command from a user's thread. Its futures complete on the loop, so they must not be given to
 * users.
 */
public final class PendingCommand implements StoredOutcome {
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  private final CompletableFuture<Boolean> accepted = new CompletableFuture<>();

  private final Engine engine;
  private final Object unsent;
  private @Nullable Question question; // on the loop; null until it is queued
  private boolean kept; // set before it is handed on: whether an outbox keeps it
  private long patience = Long.MAX_VALUE; // set with kept: how long to block, in milliseconds

  PendingCommand(Engine engine, Object unsent) {
    this.engine = engine;
    this.unsent = unsent;
  }

  @Override
  public Object unsent() {
    return unsent;
  }

  /** Completed with the answer or a failure. */
  public CompletableFuture<Answer> answer() {
    return answer;
  }

  /** Completed when the command is in the queue and, if there is an outbox, on disk. */
  CompletableFuture<Boolean> acceptance() {
    return accepted;
  }

  /** Makes it leave the gate when it is answered. */
  void through(QueueGate gate, int size) {
    CompletionStage<?> unused = answer.whenComplete((done, failure) -> gate.leave(size));
  }

  /** It is in the queue. */
  void queued(Question as) {
    question = as;
    accepted();
  }

  /** It is on disk or, without an outbox, in the queue. */
  @Override
  public void accepted() {
    accepted.complete(true);
  }

  @Override
  public void answered(Answer given) {
    answer.complete(given);
  }

  @Override
  public void failed(SwitchboardException why) {
    accepted.completeExceptionally(why);
    answer.completeExceptionally(why);
  }

  /** An outbox keeps it, so only the caller itself limits how long it blocks. */
  void kept(long waiting) {
    kept = true;
    patience = waiting;
  }

  /** Returns how long to block for the answer, in milliseconds. */
  long patience() {
    return patience;
  }

  /** The caller no longer waits. Thread-safe. */
  public void withdraw() {
    if (!kept) {
      failed(new UnsentException("withdrawn", unsent));
      engine.input(machine -> {
        if (question != null) {
          machine.conversation().withdraw(question);
        }
      });
    }
  }
}
