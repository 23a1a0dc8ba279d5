package dev.switchboard.server;

import java.util.List;

/** The outcome of a client's message, as {@link Interceptor interceptors} see it. Immutable. */
public sealed interface Outcome {
  /** The message was processed by a handler. */
  record Handled() implements Outcome {}

  /**
   * The message was a request and got a reply.
   *
   * @param reply one of the protocol's records
   */
  record Replied(Record reply) implements Outcome {}

  /**
   * The message was published.
   *
   * @param seqs the message's seq in each log it was addressed to, in the order of {@link
   *     Inbound#to()}; 0 if it is fleeting
   */
  record Published(List<Long> seqs) implements Outcome {
    /** Copies the list. */
    public Published {
      seqs = List.copyOf(seqs);
    }
  }
}
