package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Epochs;
import dev.switchboard.history.sql.MaxBytes;
import dev.switchboard.history.sql.SqlRestrictions;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/**
 * The connections to one database file: one that writes, and a pool of readers. The writing
 * connection and {@code writer} are guarded by the lock of {@link SqliteHistory}.
 */
final class SqliteDatabase {
  private static final Logger log = LoggerFactory.getLogger(SqliteDatabase.class);
  private static final String DEFAULT_NAME = "history.db";
  private static final int READERS = 4;
  private static final int WAL_BYTES_KEPT = 64 << 20;

  private final Path file;
  private final SqliteLimits limits;
  private final DatabaseLock lock;
  private final Connection connection;
  private final String epoch;
  private final Readers readers;
  private final OpenFiles files;
  private final PruningTime time;
  private @Nullable LogWriter writer; // null before the first append and after a failed one

  private SqliteDatabase(Path file, SqliteLimits limits, DatabaseLock lock, Connection connection)
      throws SQLException, IOException {
    this.file = file;
    this.limits = limits;
    this.lock = lock;
    this.connection = connection;
    Schema.check(connection);
    execute(connection, "PRAGMA journal_mode = WAL");
    execute(connection, "PRAGMA synchronous = FULL");
    execute(connection, "PRAGMA journal_size_limit = " + WAL_BYTES_KEPT);
    epoch = Schema.migrate(connection, Epochs.random());
    readers = new Readers(READERS, () -> openReader(file, epoch));
    time =
        new PruningTime(lastPruned(), System.nanoTime(), jump -> log.error("{}: {}", file, jump));
    files = new OpenFiles(file);
  }

  static Path file(Path directoryOrFile) {
    Path absolute = directoryOrFile.toAbsolutePath();
    return Files.isDirectory(absolute) ? absolute.resolve(DEFAULT_NAME) : absolute;
  }

  static SqliteDatabase open(Path file, SqliteLimits limits) {
    Path folder = file.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new HistoryException(
          file + ": no folder " + folder + " (expected: an existing folder; create it)", null);
    }
    try {
      DatabaseLock lock = DatabaseLock.take(file);
      boolean opened = false;
      try {
        SqliteDatabase database = open(file, limits, lock);
        opened = true;
        syncFolder(folder);
        return database;
      } finally {
        if (!opened) {
          lock.close();
        }
      }
    } catch (IOException e) {
      throw new HistoryException(
          file + ": " + e + " (expected: a folder that this process may write to)", e);
    } catch (SQLException e) {
      throw new HistoryException(file + ": " + reason(e), e);
    } catch (HistoryException e) {
      throw new HistoryException(file + ": " + e.getMessage(), e);
    }
  }

  private static SqliteDatabase open(Path file, SqliteLimits limits, DatabaseLock lock)
      throws SQLException, IOException {
    NativeSqlite.load();
    Connection connection = connect(file, true);
    boolean opened = false;
    try {
      SqliteDatabase database = new SqliteDatabase(file, limits, lock, connection);
      opened = true;
      return database;
    } finally {
      if (!opened) {
        connection.close();
      }
    }
  }

  /** Flushes the folder as well; otherwise the file's name may not survive a power failure. */
  private static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    } catch (IOException e) {
      log.debug("{}: this system does not flush folders", folder, e);
    }
  }

  private static String reason(SQLException failure) {
    if (failure instanceof SQLiteException sqlite) {
      SQLiteErrorCode code = sqlite.getResultCode();
      if (code == SQLiteErrorCode.SQLITE_NOTADB) {
        return "not a SQLite database (expected: a Switchboard history or a new file)";
      }
      if (code == SQLiteErrorCode.SQLITE_CORRUPT) {
        return "damaged SQLite database (expected: an intact one; restore a copy)";
      }
    }
    return failure.getMessage() + " (expected: a file that this process may read and write)";
  }

  private static LogReader openReader(Path file, String epoch) throws SQLException {
    Connection connection = connect(file, false);
    boolean opened = false;
    try {
      execute(connection, "PRAGMA query_only = ON");
      LogReader reader = new LogReader(connection, epoch);
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        connection.close();
      }
    }
  }

  private static Connection connect(Path file, boolean create) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    if (!create) {
      config.resetOpenMode(SQLiteOpenMode.CREATE); // a deleted file stays deleted
    }
    config.setBusyTimeout(5_000);
    config.setGetGeneratedKeys(false);
    // As a URI, because the driver treats what follows a '?' in a plain path as its options.
    return config.createConnection("jdbc:sqlite:file:" + file.toUri().getRawPath());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long usedBytes() throws SQLException {
    return (Long.parseLong(query("PRAGMA page_count"))
            - Long.parseLong(query("PRAGMA freelist_count")))
        * Long.parseLong(query("PRAGMA page_size"));
  }

  /**
   * Returns the time by which entries were last pruned. If the database does not have it, returns
   * the time of its newest entry.
   */
  private long lastPruned() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT coalesce(pruned_at, (SELECT max(timestamp)
                  FROM log JOIN entry ON log_id = log.id AND seq = log.head), 0) FROM store
                """)) {
      row.next();
      return row.getLong(1);
    }
  }

  Readers readers() {
    return readers;
  }

  /** Appends in one transaction. Guarded by the writer's lock. */
  List<Committed> append(List<Publication> batch) throws SQLException {
    limits.requireFree(file);
    if (limits.maxBytes() < Long.MAX_VALUE) {
      MaxBytes.requireSmaller(usedBytes(), limits.maxBytes());
    }
    execute(connection, "BEGIN IMMEDIATE");
    boolean committed = false;
    try {
      List<Committed> results = writer().append(batch);
      execute(connection, "COMMIT");
      committed = true;
      files.requireThere();
      return results;
    } finally {
      if (!committed) {
        // What the writer knows may be wrong, and the driver has closed the statement that failed.
        dropWriter();
        rollBack();
      }
    }
  }

  /** Writes something else than logs. Guarded by the writer's lock. */
  <T> T write(SqlRestrictions.Use<T> use) throws SQLException {
    T result = use.of(connection);
    files.requireThere();
    return result;
  }

  private LogWriter writer() throws SQLException {
    LogWriter current = writer;
    if (current == null) {
      current = new LogWriter(connection, epoch, time);
      writer = current;
    }
    return current;
  }

  private void dropWriter() throws SQLException {
    LogWriter dropped = writer;
    writer = null;
    if (dropped != null) {
      dropped.close();
    }
  }

  String query(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.getString(1);
    }
  }

  private void rollBack() {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      // After some failures SQLite has rolled back by itself, and then reports that it can't.
      log.debug("{}: no transaction to roll back: {}", file, e.getMessage());
    }
  }

  void close() {
    try (lock;
        connection) {
      readers.close();
      dropWriter();
    } catch (IOException | SQLException e) {
      log.warn("{}: could not be closed properly; nothing appended is lost", file, e);
    }
  }
}
