package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.MaxBytes;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of a disk a history may take. Beyond it nothing is appended: publishing is refused with
 * {@code unavailable} until there is room again, and reading goes on. What is kept of each log is a
 * matter of {@link dev.switchboard.spi.Retention}. Immutable.
 *
 * @param maxBytes the most that the database may take, 1 or more. Space that was let go of does not
 *     count
 * @param minFreeBytes what must be free on the disk, 0 or more
 */
public record SqliteLimits(long maxBytes, long minFreeBytes) {
  /** Any size, as long as 256 MiB are free. */
  public static final SqliteLimits DEFAULT = new SqliteLimits(Long.MAX_VALUE, 256L << 20);

  /** Refuses limits that make no sense. */
  public SqliteLimits {
    MaxBytes.requireValid(maxBytes);
    if (minFreeBytes < 0) {
      throw new IllegalArgumentException(
          "minFreeBytes: " + minFreeBytes + " (expected: 0 or more)");
    }
  }

  void requireFree(Path file) {
    long free;
    try {
      free = Files.getFileStore(file.resolveSibling(".")).getUsableSpace(); // its folder
    } catch (IOException e) {
      throw new HistoryException(file + ": " + e, e);
    }
    if (free < minFreeBytes) {
      throw new RefusedException(
          ErrorCode.UNAVAILABLE,
          "the disk is almost full: " + free + " bytes free (expected: " + minFreeBytes + ")");
    }
  }
}
