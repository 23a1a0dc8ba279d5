package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.MaxBytes;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much disk space a history may take. Beyond that nothing is appended: publishing is refused
 * with {@code unavailable} until there is space again, while reading continues. {@link
 * dev.switchboard.spi.Retention} sets how much of each log is kept. Immutable.
 *
 * @param maxBytes the maximum size of the database, 1 or more. Free space inside the file does not
 *     count
 * @param minFreeBytes the space that must remain free on the disk, 0 or more
 */
public record SqliteLimits(long maxBytes, long minFreeBytes) {
  /** Any size, as long as 256 MiB are free on the disk. */
  public static final SqliteLimits DEFAULT = new SqliteLimits(Long.MAX_VALUE, 256L << 20);

  /**
   * Validates the limits.
   *
   * @throws IllegalArgumentException if a limit is out of range
   */
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
          "the disk is almost full: "
              + free
              + " bytes free (expected: at least "
              + minFreeBytes
              + ")");
    }
  }
}
