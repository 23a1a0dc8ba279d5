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
 * SQLite's native library. The driver copies it from its jar into the temporary folder and deletes
 * the copy only when the process exits normally, so every process that is killed would leave a
 * megabyte there. This class loads it from a folder of its own and deletes both at once, because a
 * loaded library no longer needs its file. (Windows does not allow that; there the copy is deleted
 * when the process exits.)
 */
final class NativeSqlite {
  private static final String FOLDER = "org.sqlite.tmpdir";
  private static final List<String> CHOSEN = List.of(FOLDER, "org.sqlite.lib.path");

  private static boolean loaded; // guarded by the class

  private NativeSqlite() {}

  /** Loads the library once. Does nothing if the driver's own properties for it are set. */
  static synchronized void load() {
    if (loaded || CHOSEN.stream().anyMatch(name -> System.getProperty(name) != null)) {
      return;
    }
    try {
      Path folder = Files.createTempDirectory("switchboard-sqlite-");
      folder.toFile().deleteOnExit(); // registered before the driver's files, so deleted after them
      System.setProperty(FOLDER, folder.toString());
      try {
        SQLiteJDBCLoader.initialize();
      } finally {
        System.clearProperty(FOLDER);
        delete(folder);
      }
    } catch (Exception failed) { // as the driver declares it
      throw new HistoryException("SQLite: the native library could not be loaded", failed);
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
      // Windows: it is deleted when the process exits.
    }
  }
}
