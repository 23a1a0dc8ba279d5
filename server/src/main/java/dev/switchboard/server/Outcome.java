package dev.switchboard.server;

import java.util.List;

/** What became of a client's message, as {@link Interceptor interceptors} see it. Immutable. */
public sealed interface Outcome {
  /** A handler took it. */
  record Handled() implements Outcome {}

  /**
   * It was a request.
   *
   * @param reply one of the protocol's records
   */
  record Replied(Record reply) implements Outcome {}

  /**
   * It was published.
   *
   * @param seqs its place in each log it was addressed to, in the order of {@link Inbound#to()}; 0
   *     if it is fleeting
   */
  record Published(List<Long> seqs) implements Outcome {
    /** Keeps a copy of the list. */
    public Published {
      seqs = List.copyOf(seqs);
    }
  }
}
