package dev.switchboard.client;

import dev.switchboard.protocol.client.QueueState;
import java.time.Duration;

/**
 * A snapshot of how full a client's queue is. Immutable.
 *
 * @param waiting messages that have not been sent on the current connection
 * @param onTheWay messages that were sent on the current connection and have no answer yet
 * @param bytes the size of all of these
 * @param full whether another message would not fit
 * @param oldest how long the oldest waiting message has waited; zero if there is none
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

  /** Returns the number of unanswered messages, waiting or on the way. */
  public int size() {
    return waiting + onTheWay;
  }
}
