package dev.switchboard.history.postgres;

import dev.switchboard.history.sql.MaxBytes;

/**
 * How much data a history may keep in a PostgreSQL database. Beyond that nothing is appended:
 * publishing is refused with {@code unavailable}, while reading continues. {@link
 * dev.switchboard.spi.Retention} sets how much of each log is kept. Immutable.
 *
 * <p>Old entries of a log are deleted when something is appended to it. A full history therefore
 * stays full until the limit is raised, or a process without a limit appends.
 *
 * <p>The limit counts the data of all kept entries. The database needs more space for rows, indexes
 * and what it has not vacuumed yet, and its free disk space can't be seen from here, so monitor it
 * there and leave room. Appends by other processes are noticed within 5 seconds, so together they
 * may exceed the limit by what they append in that time.
 *
 * @param maxBytes the maximum size of the data of all logs, 1 or more
 */
public record PostgresLimits(long maxBytes) {
  /** No limit. */
  public static final PostgresLimits DEFAULT = new PostgresLimits(Long.MAX_VALUE);

  /**
   * Validates the limit.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  public PostgresLimits {
    MaxBytes.requireValid(maxBytes);
  }
}
