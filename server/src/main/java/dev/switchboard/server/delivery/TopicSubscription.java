package dev.switchboard.server.delivery;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A topic's subscription at the broker, made when it is first needed. If the broker does not
 * answer, it is asked again a few times, with growing pauses, while all callers wait for the same
 * outcome. After that they are refused, and the next caller starts over, so no failure outlives its
 * cause. Thread-safe.
 */
final class TopicSubscription {
  private static final int[] PAUSES_IN_TICKS = {1, 2, 4, 8};

  private final Topics topics;
  private final Topic topic;
  private @Nullable CompletableFuture<Position> outcome; // null until first needed; guarded by this

  TopicSubscription(Topics topics, Topic topic) {
    this.topics = topics;
    this.topic = topic;
  }

  /** Completes when entries flow. */
  CompletionStage<Position> opened() {
    CompletableFuture<Position> mine;
    synchronized (this) {
      CompletableFuture<Position> known = outcome;
      if (known != null && !known.isCompletedExceptionally()) {
        return known;
      }
      mine = new CompletableFuture<>();
      outcome = mine;
    }
    ask(mine, 0);
    return mine;
  }

  private void ask(CompletableFuture<Position> result, int failures) {
    CompletionStage<Position> asked = topics.subscribe(topic);
    if (asked == null) {
      result.completeExceptionally(
          new RefusedException(ErrorCode.UNAVAILABLE, "the log is no longer read"));
      return;
    }
    asked.whenComplete((position, failure) -> {
      if (failure == null) {
        topic.begin(position);
        result.complete(position);
      } else if (failures == PAUSES_IN_TICKS.length) {
        result.completeExceptionally(failure);
      } else {
        topics.later(PAUSES_IN_TICKS[failures], () -> ask(result, failures + 1));
      }
    });
  }
}
