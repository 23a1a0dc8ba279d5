package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files that an open database writes to. The operating system allows an open file to be
 * deleted; SQLite would then continue to write to a file that nobody can find again. Guarded by the
 * writer's lock.
 */
final class OpenFiles {
  private final Map<Path, @Nullable Object> keys = new LinkedHashMap<>();

  /** Remembers the current files: the database, and its write-ahead log. */
  OpenFiles(Path database) throws IOException {
    for (Path file : new Path[] {database, Path.of(database + "-wal")}) {
      keys.put(file, key(file));
    }
  }

  /**
   * Returns what distinguishes a file from another at the same path; null if the system has no such
   * key.
   */
  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /**
   * Requires that the files are still there. This reads each file's attributes, which is cheap
   * compared to the flush of a commit.
   *
   * @throws HistoryException if a file is not the one that was opened
   */
  void requireThere() {
    for (Map.Entry<Path, @Nullable Object> file : keys.entrySet()) {
      try {
        if (Objects.equals(key(file.getKey()), file.getValue())) {
          continue;
        }
      } catch (NoSuchFileException deleted) {
        // Reported below.
      } catch (IOException e) {
        throw new HistoryException(file.getKey() + ": " + e, e);
      }
      throw new HistoryException(
          file.getKey()
              + ": deleted or replaced while the server had it open (nothing more is acknowledged;"
              + " restore the file and restart)",
          null);
    }
  }
}
