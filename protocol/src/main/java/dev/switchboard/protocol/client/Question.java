package dev.switchboard.protocol.client;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import org.jspecify.annotations.Nullable;

/** A {@link Command} until its outcome is known. Confined to the session's thread. */
public final class Question {
  final Command ask;
  final Outcome outcome;
  final long since;
  final long deadline;
  final int bytes;
  private final @Nullable Object unsent;

  /** Whether it goes ahead of waiting messages and does not count as one. Set when queued. */
  boolean control;

  /** Whether the command is stored elsewhere, so that only an answer or its age ends it. */
  boolean durable;

  /** Whether an earlier process stored it, whose rooms this client may not have joined. */
  boolean restored;

  /** Its position among the messages. Set by {@link CommandQueue}. */
  long order;

  /** Its ID on the current connection; 0 if it was not sent there. Set by {@link Questions}. */
  long id;

  /** Whether it was ever sent, so that after a failure the outcome is unknown. */
  boolean sent;

  /** Whether the outcome was called, or must not be called any more. */
  boolean done;

  /** Receives the outcome of a question: one call, once. */
  public interface Outcome {
    /** The other side answered. */
    void answered(Answer answer);

    /** The other side refused, or did not answer. */
    void failed(SwitchboardException why);
  }

  /**
   * Creates a question that has not been sent.
   *
   * @param since when the user asked
   */
  Question(Command ask, @Nullable Object unsent, long since, long deadline, Outcome outcome) {
    this.ask = ask;
    this.unsent = unsent;
    this.since = since;
    this.deadline = deadline;
    this.outcome = outcome;
    this.bytes = ask.bytes();
  }

  /** Returns what the user passed, to be given back. */
  Object unsent() {
    return unsent == null ? ask : unsent;
  }

  boolean joins(String room) {
    return ask instanceof Command.Join join && join.room().equals(room);
  }

  /**
   * Returns the failure if no answer will come. An incomplete stream was received by nobody, so it
   * counts as unsent; if it ended the connection itself, that is the reason.
   */
  SwitchboardException unanswered(String why) {
    if (ask instanceof Command.Streamed stream) {
      UnsentException broken = stream.failure().get();
      return broken == null ? new UnsentException(why, unsent()) : broken;
    }
    return sent ? new RefusedException(ErrorCode.TIMEOUT, why) : new UnsentException(why, unsent());
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
