package dev.switchboard.protocol.client;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import org.jspecify.annotations.Nullable;

/** One {@link Command} on its way to its answer. Confined to the session's thread. */
public final class Question {
  final Command ask;
  final Outcome outcome;
  final long since;
  final long deadline;
  final int bytes;
  private final @Nullable Object unsent;

  /** Whether it goes before the messages that wait, and does not count as one. */
  boolean control;

  /** Whether it is kept elsewhere, so that only an answer ends it. */
  boolean durable;

  /** Whether it was left from an earlier process, whose rooms this client may not have joined. */
  boolean restored;

  /** Its place among the messages. */
  long order;

  /** Its id on the present connection, 0 if it was not sent there. */
  long id;

  /** Whether it was ever sent, so that a failure leaves open what became of it. */
  boolean sent;

  boolean done;

  /** Hears what became of a question: one call, once. */
  public interface Outcome {
    /** The other side answered. */
    void answered(Answer answer);

    /** It did not, or refused. */
    void failed(SwitchboardException why);
  }

  /**
   * One that was not asked yet.
   *
   * @param since when the user wanted it
   */
  Question(Command ask, @Nullable Object unsent, long since, long deadline, Outcome outcome) {
    this.ask = ask;
    this.unsent = unsent;
    this.since = since;
    this.deadline = deadline;
    this.outcome = outcome;
    this.bytes = ask.bytes();
  }

  /** What the user gave, to be given back. */
  Object unsent() {
    return unsent == null ? ask : unsent;
  }

  boolean joins(String room) {
    return ask instanceof Command.Join join && join.room().equals(room);
  }

  /** A failure because no answer will come. Half a stream is nothing that anybody got. */
  SwitchboardException unanswered(String why) {
    return sent && !(ask instanceof Command.Streamed)
        ? new RefusedException(ErrorCode.TIMEOUT, why)
        : new UnsentException(why, unsent());
  }

  boolean answered(Answer answer) {
    if (done) {
      return false;
    }
    done = true;
    outcome.answered(answer);
    return true;
  }

  void failed(SwitchboardException why) {
    if (!done) {
      done = true;
      outcome.failed(why);
    }
  }
}
