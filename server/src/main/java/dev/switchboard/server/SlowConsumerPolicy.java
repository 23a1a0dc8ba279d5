package dev.switchboard.server;

import dev.switchboard.server.delivery.FleetingPolicies.Policy;
import dev.switchboard.spi.ServerMetrics;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of fleeting messages for a connection that is too slow to take all of them: for one
 * that has half of {@link Endpoint#maxPendingBytes} waiting. Whatever is chosen is counted by
 * {@link ServerMetrics#slowReader}. Messages of a log have no such choice: they are read from the
 * log when the connection takes more. Immutable.
 *
 * @param <T> the messages
 */
public final class SlowConsumerPolicy<T> {
  private static final SlowConsumerPolicy<Object> DROP =
      new SlowConsumerPolicy<>(Policy.DROP, null);
  private static final SlowConsumerPolicy<Object> NEWEST =
      new SlowConsumerPolicy<>(Policy.NEWEST, null);
  private static final SlowConsumerPolicy<Object> CLOSE =
      new SlowConsumerPolicy<>(Policy.CLOSE, null);

  private final Policy policy;
  private final @Nullable Function<? super T, ?> key;

  private SlowConsumerPolicy(Policy policy, @Nullable Function<? super T, ?> key) {
    this.policy = policy;
    this.key = key;
  }

  /** Drops them: for what is worth nothing a moment later. The default. */
  public static SlowConsumerPolicy<Object> drop() {
    return DROP;
  }

  /**
   * Keeps the newest of each log, type and sender, and sends it when the connection takes more: for
   * states like a cursor or who is typing. It may then come after entries that were published later
   * than it.
   *
   * <p>At most 1,000 wait for one connection, and at most an eighth of {@code maxPendingBytes};
   * beyond it, those that have waited longest are dropped.
   */
  public static SlowConsumerPolicy<Object> newest() {
    return NEWEST;
  }

  /**
   * As {@link #newest}, with a key of the message's own in place of the sender: the position of a
   * figure, whoever moved it; the price of a share.
   *
   * @param key says what a message is about; compared by {@code equals}. Called on event loops, and
   *     only for messages that have to wait: it must return at once. If it throws or returns null,
   *     the sender is the key
   */
  public static <T> SlowConsumerPolicy<T> newestPer(Function<? super T, ?> key) {
    return new SlowConsumerPolicy<>(Policy.NEWEST, Objects.requireNonNull(key, "key"));
  }

  /**
   * Closes the connection with 4008: for what must not be missed by one who claims to follow. The
   * client comes back and goes on from the log.
   */
  public static SlowConsumerPolicy<Object> close() {
    return CLOSE;
  }

  Policy policy() {
    return policy;
  }

  /** What it is about; null for whatever its sender says. */
  @Nullable Object keyOf(T message) {
    return key == null ? null : key.apply(message);
  }

  /** Whether it looks into messages. */
  boolean looks() {
    return key != null;
  }

  @Override
  public String toString() {
    return policy + (key == null ? "" : " per key");
  }
}
