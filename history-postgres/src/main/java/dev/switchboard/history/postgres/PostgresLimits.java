package dev.switchboard.history.postgres;

import dev.switchboard.history.sql.MaxBytes;

/**
 * How much a history may keep in a PostgreSQL database. Beyond it nothing is appended: publishing
 * is refused with {@code unavailable}, and reading goes on. What is kept of each log is a matter of
 * {@link dev.switchboard.spi.Retention}. Immutable.
 *
 * <p>A log lets go of what is too old or too much when something is appended to it; so a full
 * history stays full until the limit is raised, or another process without one appends.
 *
 * <p>Counted is the data of all entries that are kept. The database takes more for rows, indexes
 * and what it has not vacuumed yet, and the free space of its disk can't be seen from here: watch
 * it there, and leave room. What other processes append is noticed within 5 seconds, so together
 * they may pass the limit by what they append in that time.
 *
 * @param maxBytes the most that the data of all logs may take, 1 or more
 */
public record PostgresLimits(long maxBytes) {
  /** Any size. */
  public static final PostgresLimits DEFAULT = new PostgresLimits(Long.MAX_VALUE);

  /** Refuses limits that make no sense. */
  public PostgresLimits {
    MaxBytes.requireValid(maxBytes);
  }
}
