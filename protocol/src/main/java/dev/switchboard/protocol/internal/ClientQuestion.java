package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.SwitchboardException;
import org.jspecify.annotations.Nullable;

/** One {@link ClientAsk} on its way to its answer. Confined to the session's thread. */
public final class ClientQuestion {
  final ClientAsk ask;
  final Outcome outcome;
  final long deadline;
  final int bytes;
  private final @Nullable Object unsent;

  /** Its id on the present connection, 0 if it was not sent there. */
  long id;

  /** Whether it was ever sent, so that a failure leaves open what became of it. */
  boolean sent;

  boolean done;

  /** Hears what became of a question: one call, once. */
  public interface Outcome {
    /** The other side answered. */
    void answered(ClientAnswer answer);

    /** It did not, or refused. */
    void failed(SwitchboardException why);
  }

  ClientQuestion(ClientAsk ask, @Nullable Object unsent, long deadline, Outcome outcome) {
    this.ask = ask;
    this.unsent = unsent;
    this.deadline = deadline;
    this.outcome = outcome;
    this.bytes = bytes(ask);
  }

  /** What the user gave, to be given back. */
  Object unsent() {
    return unsent == null ? ask : unsent;
  }

  boolean answered(ClientAnswer answer) {
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

  private static int bytes(ClientAsk ask) {
    byte[] data =
        switch (ask) {
          case ClientAsk.Publish publish -> publish.data();
          case ClientAsk.Tell tell -> tell.data();
          default -> null;
        };
    return 128 + (data == null ? 0 : data.length);
  }
}
