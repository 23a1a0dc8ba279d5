package dev.switchboard.client.outbox;

import dev.switchboard.protocol.client.Question;

/** Receives the outcome of a publication that is given to an outbox. */
public interface StoredOutcome extends Question.Outcome {
  /** Returns what the user passed, to be given back. */
  Object unsent();

  /** The publication is on disk. */
  void accepted();
}
