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
 * The files that an open database writes to. The operating system lets a file be deleted under
 * whoever has it open: SQLite then goes on writing to what nobody will find again. Confined to
 * whoever holds the writer.
 */
final class OpenFiles {
  private final Map<Path, @Nullable Object> keys = new LinkedHashMap<>();

  /** The files as they are now: the database, and its log of what is not yet in it. */
  OpenFiles(Path database) throws IOException {
    for (Path file : new Path[] {database, Path.of(database + "-wal")}) {
      keys.put(file, key(file));
    }
  }

  /** What tells a file from another at the same path; null where the system has no such thing. */
  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /**
   * Costs a look at each file, which is little beside the flush of a commit.
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
        // Said below.
      } catch (IOException e) {
        throw new HistoryException(file.getKey() + ": " + e, e);
      }
      throw new HistoryException(
          file.getKey()
              + ": deleted or replaced while the server had it open (expected: left alone; nothing"
              + " more is acknowledged, put it back and start again)",
          null);
    }
  }
}
