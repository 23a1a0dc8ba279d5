package dev.switchboard.server;

import dev.switchboard.server.delivery.FleetingPolicies.Policy;
import dev.switchboard.spi.ServerMetrics;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What happens to fleeting messages for a connection that is too slow, that is, has half of {@link
 * Endpoint#maxPendingBytes} waiting. Every choice is counted by {@link ServerMetrics#slowReader}.
 * Messages in a log need no policy: they are read from the log when the connection accepts more.
 * Immutable.
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

  /** Drops the messages. Suits values that are worthless a moment later. The default. */
  public static SlowConsumerPolicy<Object> drop() {
    return DROP;
  }

  /**
   * Keeps the newest message of each log, type and sender, and sends it once the connection accepts
   * more. Suits states such as a cursor or who is typing. Such a message may arrive after entries
   * that were published later.
   *
   * <p>At most 1,000 messages and an eighth of {@code maxPendingBytes} are kept for one connection;
   * beyond that, those that have waited longest are dropped.
   */
  public static SlowConsumerPolicy<Object> newest() {
    return NEWEST;
  }

  /**
   * Like {@link #newest}, with a key taken from the message in place of the sender: the position of
   * a piece, whoever moved it, or the price of a share.
   *
   * @param key returns what a message is about, compared with {@code equals}. Called on event
   *     loops, and only for messages that have to wait, so it must return at once. If it throws or
   *     returns null, or the message is encrypted, the sender is the key
   */
  public static <T> SlowConsumerPolicy<T> newestPer(Function<? super T, ?> key) {
    return new SlowConsumerPolicy<>(Policy.NEWEST, Objects.requireNonNull(key, "key"));
  }

  /**
   * Closes the connection with 4008. Suits messages that a reader must not miss. The client
   * reconnects and continues from the log.
   */
  public static SlowConsumerPolicy<Object> close() {
    return CLOSE;
  }

  Policy policy() {
    return policy;
  }

  /** Returns the message's key; null if the sender is the key. */
  @Nullable Object keyOf(T message) {
    return key == null ? null : key.apply(message);
  }

  /** Returns whether the key is taken from the message. */
  boolean looks() {
    return key != null;
  }

  @Override
  public String toString() {
    return policy + (key == null ? "" : " per key");
  }
}
