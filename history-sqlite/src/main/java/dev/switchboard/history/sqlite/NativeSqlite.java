package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite's native library. The driver copies it out of its jar into the temporary folder and
 * deletes the copy only when the process ends by itself, so every process that is killed or halted
 * would leave a megabyte there. This loads it from a folder made for the purpose, and deletes both
 * at once: what is loaded needs its file no more. (Windows does not allow that; there the copy goes
 * when the process ends.)
 */
final class NativeSqlite {
  private static final String FOLDER = "org.sqlite.tmpdir";
  private static final List<String> CHOSEN = List.of(FOLDER, "org.sqlite.lib.path");

  private static boolean loaded; // guarded by the class

  private NativeSqlite() {}

  /** Loads it, once. Whoever has set the driver's own properties for it gets what they say. */
  static synchronized void load() {
    if (loaded || CHOSEN.stream().anyMatch(name -> System.getProperty(name) != null)) {
      return;
    }
    try {
      Path folder = Files.createTempDirectory("switchboard-sqlite-");
      folder.toFile().deleteOnExit(); // before the driver says it of its files, so done after them
      System.setProperty(FOLDER, folder.toString());
      try {
        SQLiteJDBCLoader.initialize();
      } finally {
        System.clearProperty(FOLDER);
        delete(folder);
      }
    } catch (Exception failed) { // the driver declares no less
      throw new HistoryException("SQLite: its native library could not be loaded", failed);
    }
    loaded = true;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> copies = Files.list(folder)) {
      for (Path copy : copies.toList()) {
        Files.delete(copy);
      }
      Files.delete(folder);
    } catch (FileSystemException inUse) {
      // Windows: at the end of the process.
    }
  }
}
