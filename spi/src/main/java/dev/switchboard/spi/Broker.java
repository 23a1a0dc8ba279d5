package dev.switchboard.spi;

import dev.switchboard.protocol.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Commits published messages to logs and delivers them to every server that has readers.
 * Thread-safe; no call blocks.
 *
 * <p>A stage fails with {@code RefusedException(UNAVAILABLE)} if the broker can't be reached. A
 * publication may then have been committed or not; to retry, publish it again with the same {@code
 * messageId}.
 */
public interface Broker extends AutoCloseable {
  /**
   * Receives the entries of one log. For each log, {@link #entry} and {@link #moved} together cover
   * every position after the one that {@link Broker#subscribe} returned: in order of seq, without
   * duplicates or gaps.
   *
   * <p>Calls for one log come one at a time, on any thread, except that a fleeting entry may arrive
   * during another call. No call may block. If a call throws, the exception is logged, and the
   * log's readers read from the log itself.
   */
  interface Subscriber {
    /**
     * Receives the next entry, or a fleeting one, whose seq is 0 and which may arrive at any time.
     *
     * @param without the session to leave out; null if there is none
     */
    void entry(Entry entry, @Nullable String without);

    /**
     * Tells that the log has entries up to this position that do not arrive through {@link #entry};
     * readers read them from the log. They were appended by another process, or for a while it was
     * unknown whether they had been appended, or they could not be passed on.
     *
     * @param head the position of the last of them; its epoch differs if the log was lost and
     *     started over
     */
    void moved(Position head);
  }

  /**
   * Appends all publications or none, and delivers them. Fleeting ones are delivered only. Two
   * calls from one thread for the same log are appended in that order. The stage completes on any
   * thread, once all are committed.
   *
   * <p>A publication without a {@code messageId} gets one from the broker, so that it can be
   * appended again after a failure. Nobody outside the broker sees that ID.
   */
  CompletionStage<List<Committed>> publish(List<Publication> publications);

  /**
   * Starts delivering the log's entries to the subscriber. A log has at most one subscriber per
   * broker.
   *
   * @return the last position before the first entry that the subscriber receives
   */
  CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber);

  /** Ends a subscription. An entry that is already on its way may still arrive. */
  void unsubscribe(LogKey log);

  /**
   * Reads a page as {@link HistoryStore#after} does. Cancelling the stage drops the read if it has
   * not started.
   */
  CompletionStage<Page> after(LogKey log, long seq, int limit, long bytes);

  /** Reads a page as {@link HistoryStore#before} does. Cancelling works as for {@link #after}. */
  CompletionStage<Page> before(LogKey log, long seq, int limit, long bytes);

  /**
   * Returns the broker's health. Must neither block nor throw. The default is {@link Health#GOOD}.
   */
  default Health health() {
    return Health.GOOD;
  }

  /**
   * What health checks report. Immutable.
   *
   * @param alive whether the broker works or will recover by itself; if not, only a new process
   *     helps
   * @param ready whether a message published now is likely to be committed
   * @param reason why the broker is not well, for whoever reads the health check's answer
   */
  record Health(boolean alive, boolean ready, String reason) {
    /** The broker works. */
    public static final Health GOOD = new Health(true, true, "ok");
  }

  /**
   * Commits what has been accepted and releases all resources. Whatever is not committed within the
   * limit is refused with {@code UNAVAILABLE}. Returns soon after the limit even if the store
   * hangs.
   */
  void close(Duration limit);

  /** Closes with a limit of 10 seconds. */
  @Override
  default void close() {
    close(Duration.ofSeconds(10));
  }
}
