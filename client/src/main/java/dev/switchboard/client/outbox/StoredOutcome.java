package dev.switchboard.client.outbox;

import dev.switchboard.protocol.client.Question;

/** Hears what becomes of a publication that is given to an outbox. */
public interface StoredOutcome extends Question.Outcome {
  /** What the user gave, to be given back. */
  Object unsent();

  /** It is on disk. */
  void accepted();
}
