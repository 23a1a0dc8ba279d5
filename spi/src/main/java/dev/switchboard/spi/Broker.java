package dev.switchboard.spi;

import dev.switchboard.protocol.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How entries get from whoever publishes to every server with readers. Thread-safe; no call blocks.
 * A stage fails with {@code RefusedException(UNAVAILABLE)} when the broker can't be reached; then a
 * publication may or may not have been committed, and the same may be tried again with the same
 * {@code messageId}.
 */
public interface Broker extends AutoCloseable {
  /**
   * Who gets the entries of a log. For one log, {@link #entry} and {@link #moved} together name
   * every place from the one that {@link Broker#subscribe} returned: in the order of seq, none
   * twice, none left out. These calls come one at a time for each log, on any thread; one for a
   * fleeting entry may come while another is under way. None may block. What a call throws is
   * logged, and readers of the log are then sent to the log itself.
   */
  interface Subscriber {
    /**
     * The next entry, or a fleeting one (its seq is 0), which may come at any time.
     *
     * @param without the session that does not get it
     */
    void entry(Entry entry, @Nullable String without);

    /**
     * The log has entries up to this place that do not come as entries: readers read them from the
     * log. Another process appended them, or it was unknown for a while whether they had been
     * appended, or they could not be passed on.
     *
     * @param head the last of them; in another epoch than before if the log was lost and begun anew
     */
    void moved(Position head);
  }

  /**
   * Appends all or nothing (fleeting ones are only passed on) and delivers. Two calls of one thread
   * for the same log are appended in their order. The stage completes when all are committed, on
   * any thread. A publication without a {@code messageId} is named by the broker before it appends,
   * so that it may append again after a failure; nobody else gets to see that name.
   */
  CompletionStage<List<Committed>> publish(List<Publication> publications);

  /**
   * From now on, entries of that log reach the subscriber. At most one per log and broker.
   *
   * @return the last place before the first entry that it will get
   */
  CompletionStage<Position> subscribe(LogKey log, Subscriber subscriber);

  /** Ends a subscription. An entry that is on its way may still arrive. */
  void unsubscribe(LogKey log);

  /**
   * As {@link HistoryStore#after}. A stage that is cancelled is not read for, if it still waits.
   */
  CompletionStage<Page> after(LogKey log, long seq, int limit, long bytes);

  /** As {@link HistoryStore#before}, and cancelled as {@link #after}. */
  CompletionStage<Page> before(LogKey log, long seq, int limit, long bytes);

  /** How it does; must neither block nor throw. Default: well. */
  default Health health() {
    return Health.GOOD;
  }

  /**
   * What health checks are told. Immutable.
   *
   * @param alive whether it works, or will again by itself; if not, only a new process helps
   * @param ready whether what is published now is likely to be committed
   * @param reason why not, for whoever reads the check's answer
   */
  record Health(boolean alive, boolean ready, String reason) {
    /** All is well. */
    public static final Health GOOD = new Health(true, true, "ok");
  }

  /**
   * Commits what was taken, refuses what is not committed within the limit ({@code UNAVAILABLE}),
   * and lets go of everything. Returns soon after the limit, whatever hangs.
   */
  void close(Duration limit);

  /** Closes within 10 seconds. */
  @Override
  default void close() {
    close(Duration.ofSeconds(10));
  }
}
