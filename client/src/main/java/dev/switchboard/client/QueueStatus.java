package dev.switchboard.client;

import dev.switchboard.protocol.client.QueueState;
import java.time.Duration;

/**
 * How full a client's queue was at a moment. Immutable.
 *
 * @param waiting messages that are still to be sent
 * @param onTheWay messages that were sent over the present connection and have no answer
 * @param bytes of both together
 * @param full whether another message would not fit
 * @param oldest how long the message that waits longest has waited; zero if none does
 */
public record QueueStatus(int waiting, int onTheWay, long bytes, boolean full, Duration oldest) {

  static QueueStatus of(QueueState state) {
    return new QueueStatus(
        state.waiting(),
        state.onTheWay(),
        state.bytes(),
        state.full(),
        Duration.ofMillis(state.oldest()));
  }

  /** Messages without an answer, waiting or on the way. */
  public int size() {
    return waiting + onTheWay;
  }
}
