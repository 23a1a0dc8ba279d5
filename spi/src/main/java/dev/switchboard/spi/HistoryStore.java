package dev.switchboard.spi;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stores logs. Thread-safe. Calls may block unless {@link #immediate()} returns true.
 *
 * <p>A call fails by throwing any {@code RuntimeException}. Then it has had no effect or, if a
 * network is involved, its effect is unknown; the same publications may be appended again.
 *
 * <p>Guarantee: what {@link #append} has returned survives what the store is built to survive. The
 * seqs of a log are 1, 2, 3, … without gaps. A log gets its epoch when it is first named; the epoch
 * changes only if the log was lost.
 */
public interface HistoryStore extends AutoCloseable {
  /**
   * Whether no call ever waits for a disk or a network, so that calls may be made on an event loop.
   */
  default boolean immediate() {
    return false;
  }

  /**
   * Appends all publications or none, in order, and returns one result for each. A publication
   * whose ({@code from}, {@code messageId}) is already in the log is a duplicate; its result is the
   * position of the first. Duplicates are recognized for as long as the entry is kept, and for at
   * least 5 minutes.
   *
   * @throws IllegalArgumentException if a publication is fleeting
   * @throws dev.switchboard.protocol.RefusedException if the store works but does not accept one of
   *     the publications. The publisher gets this exception. The code {@code UNAVAILABLE} counts as
   *     any other failure
   */
  List<Committed> append(List<Publication> batch);

  /** Returns the position of the log's last entry. */
  Position head(LogKey log);

  /**
   * Returns the position of each log's last entry. Servers that share a store call this often, with
   * up to 1,000 logs, so it should be a single request.
   */
  default Map<LogKey, Position> heads(Collection<LogKey> logs) {
    Map<LogKey, Position> heads = new HashMap<>();
    logs.forEach(log -> heads.put(log, head(log)));
    return heads;
  }

  /**
   * Returns the oldest entries with a seq above {@code seq}, as many as both bounds allow. Reads at
   * most one entry beyond them.
   *
   * @param limit the maximum number of entries, 1 or more
   * @param bytes the maximum bytes of data, 1 or more; the first entry is returned whatever its
   *     size
   */
  Page after(LogKey log, long seq, int limit, long bytes);

  /**
   * Returns the newest entries with a seq below {@code seq}, as many as both bounds allow. Reads at
   * most one entry beyond them.
   *
   * @param limit the maximum number of entries, 1 or more
   * @param bytes the maximum bytes of data, 1 or more; the newest entry is returned whatever its
   *     size
   */
  Page before(LogKey log, long seq, int limit, long bytes);

  /**
   * Tells the store that a log has readers from now on. A store that drops whole logs to save space
   * keeps this one. Calling it again has no effect. Does not block.
   */
  default void retain(LogKey log) {}

  /** Tells the store that a log has no readers any more. Does not block. */
  default void release(LogKey log) {}

  /** Releases all resources. Everything appended is kept. */
  @Override
  void close();
}
