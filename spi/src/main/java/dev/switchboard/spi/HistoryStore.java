package dev.switchboard.spi;

import java.util.List;

/**
 * Where logs are kept. Thread-safe. Calls may block unless {@link #immediate()}; a failure is any
 * {@code RuntimeException}, and then nothing of that call has happened, or, where a network lies
 * between, it is unknown whether it has; the same may then be appended again.
 *
 * <p>Guarantee: what {@link #append} has returned survives what the store is made to survive. Seqs
 * of one log are 1, 2, 3, … without a hole. An epoch is given when a log is first named, and
 * changes only if the log was lost.
 */
public interface HistoryStore extends AutoCloseable {
  /** Whether no call ever waits for a disk or a network, so that an event loop may call. */
  default boolean immediate() {
    return false;
  }

  /**
   * Appends all or nothing, in order, and returns one result for each. A publication whose ({@code
   * from}, {@code messageId}) is already in the log is a duplicate: its result is the first one's
   * place. That is known for as long as the entry is kept, and at least 5 minutes.
   *
   * @throws IllegalArgumentException if one is fleeting
   * @throws dev.switchboard.protocol.RefusedException if the store works but will not take one of
   *     them, whose publisher is told this; with the code {@code UNAVAILABLE} it is as any failure
   */
  List<Committed> append(List<Publication> batch);

  /** The last place of a log. */
  Position head(LogKey log);

  /**
   * The oldest entries with a seq above {@code seq}, as many as both bounds allow. No more than one
   * entry beyond them is read.
   *
   * @param limit the most entries, 1 or more
   * @param bytes the most bytes of data, 1 or more; the first entry is returned however large it is
   */
  Page after(LogKey log, long seq, int limit, long bytes);

  /**
   * The newest entries with a seq below {@code seq}, as many as both bounds allow. No more than one
   * entry beyond them is read.
   *
   * @param limit the most entries, 1 or more
   * @param bytes the most bytes of data, 1 or more; the newest entry is returned however large it
   *     is
   */
  Page before(LogKey log, long seq, int limit, long bytes);

  /**
   * A log has readers from now on: a store that forgets whole logs for want of room keeps this one.
   * Called again, it changes nothing. Does not wait.
   */
  default void retain(LogKey log) {}

  /** A log has no readers any more. Does not wait. */
  default void release(LogKey log) {}

  /** Lets go of what it holds. Everything appended is kept. */
  @Override
  void close();
}
