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

/** A question of a user's thread. Its futures complete on the loop: they are not for users. */
public final class PendingCommand implements StoredOutcome {
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  private final CompletableFuture<Boolean> accepted = new CompletableFuture<>();

  private final Engine engine;
  private final Object unsent;
  private @Nullable Question question;
  private boolean kept;
  private long patience = Long.MAX_VALUE;

  PendingCommand(Engine engine, Object unsent) {
    this.engine = engine;
    this.unsent = unsent;
  }

  @Override
  public Object unsent() {
    return unsent;
  }

  /** Completed with the answer, or a failure. */
  public CompletableFuture<Answer> answer() {
    return answer;
  }

  /** Completed when the question is in the queue, and in the outbox if there is one. */
  CompletableFuture<Boolean> acceptance() {
    return accepted;
  }

  /** It leaves a gate when it has its answer. */
  void through(QueueGate gate, int size) {
    CompletionStage<?> unused = answer.whenComplete((done, failure) -> gate.leave(size));
  }

  /** It is in the queue. */
  void queued(Question as) {
    question = as;
    accepted();
  }

  /** It is in the outbox; or in the queue, where there is none. */
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

  /** It stays in an outbox, so that nobody but its asker sees to an end in time. */
  void kept(long waiting) {
    kept = true;
    patience = waiting;
  }

  /** How long to block for the answer, in milliseconds. */
  long patience() {
    return patience;
  }

  /** The asker no longer waits. Thread-safe. */
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
