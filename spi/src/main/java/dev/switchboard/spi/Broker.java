package dev.switchboard.spi;

import dev.switchboard.protocol.Entry;
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
  /** Who gets the entries of a log. */
  interface Subscriber {
    /**
     * One entry. For one log: in the order of seq, none twice, none left out from the place that
     * {@link Broker#subscribe} returned; fleeting ones come in between. Called on any thread, one
     * at a time for each log, must not block.
     *
     * @param without the session that does not get it
     */
    void entry(Entry entry, @Nullable String without);
  }

  /**
   * Appends all or nothing (fleeting ones are only passed on) and delivers. Two calls of one thread
   * for the same log are appended in their order. The stage completes when all are committed, on
   * any thread.
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

  /** As {@link HistoryStore#after}. */
  CompletionStage<Page> after(LogKey log, long seq, int limit, long bytes);

  /** As {@link HistoryStore#before}. */
  CompletionStage<Page> before(LogKey log, long seq, int limit, long bytes);

  /** Commits what was taken and lets go of everything. May block. */
  @Override
  void close();
}
