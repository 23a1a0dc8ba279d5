package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Kept;
import dev.switchboard.history.sql.SqlRestrictions;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.RestrictionStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A history store in one SQLite file. Thread-safe; calls block. One connection writes, with one
 * call of {@link #append} at a time. A few others read, and do not wait for the writer.
 *
 * <p>What {@link #append} has returned is on the disk. It survives the death of the process ({@code
 * kill -9}) and, if the disk keeps what it has confirmed as flushed, a power failure. Each call
 * costs one flush, so append in batches. The epoch belongs to the database: it is random when the
 * database is created, and never changes. If you restore an older copy of the file, an older log
 * comes back under the same epoch, and readers that have seen more can't tell.
 *
 * <p>Retention and the duplicate window (5 minutes, longer while the entry is kept) are measured by
 * the timestamps of what is appended, except for implausible jumps ({@link PruningTime}). A log to
 * which nothing is appended keeps everything it has. The space of deleted entries is reused; the
 * file does not shrink.
 *
 * <p>While the database is open, the files {@code -wal} and {@code -shm} beside it belong to it,
 * and {@code .lock} restricts it to one process. The file must be on a local disk. If it or its
 * {@code -wal} is deleted or replaced in the meantime, {@link #append} fails from then on.
 */
public final class SqliteHistory implements HistoryStore {
  private final Path file;
  private final SqliteDatabase database;
  private final ReentrantLock writing = new ReentrantLock();
  private volatile boolean closed;

  private SqliteHistory(Path file, SqliteDatabase database) {
    this.file = file;
    this.database = database;
  }

  /**
   * Opens or creates a history.
   *
   * @param directoryOrFile the database, or an existing folder for a database {@code history.db};
   *     the folder that contains it must exist
   * @throws HistoryException if it can't be opened; the message says why and what to do
   */
  public static SqliteHistory open(Path directoryOrFile) {
    return open(directoryOrFile, SqliteLimits.DEFAULT);
  }

  /** Like {@link #open(Path)}, with other limits than {@link SqliteLimits#DEFAULT}. */
  public static SqliteHistory open(Path directoryOrFile, SqliteLimits limits) {
    Path file = SqliteDatabase.file(directoryOrFile);
    return new SqliteHistory(file, SqliteDatabase.open(file, limits));
  }

  /** Returns the database file. */
  public Path file() {
    return file;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a publication is fleeting
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} if the {@link
   *     SqliteLimits} are exceeded
   */
  @Override
  public List<Committed> append(List<Publication> batch) {
    Kept.require(batch);
    writing.lock();
    try {
      requireOpen();
      return database.append(batch);
    } catch (SQLException e) {
      throw failed("append", e);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public Position head(LogKey log) {
    return read(reader -> reader.head(log));
  }

  @Override
  public Page after(LogKey log, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    return read(reader -> reader.after(log, seq, limit, bytes));
  }

  @Override
  public Page before(LogKey log, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    return read(reader -> reader.before(log, seq, limit, bytes));
  }

  private <T> T read(Readers.Reading<T> reading) {
    try {
      return database
          .readers()
          .read(reader -> {
            requireOpen();
            return reading.with(reader);
          });
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /**
   * Returns the bans, mutes and revocations that are kept in this database. They are written with
   * the messages' connection, so a change waits for an {@link #append} in progress.
   */
  public RestrictionStore restrictions() {
    return new SqlRestrictions(this::write, "restriction");
  }

  private <T> T write(SqlRestrictions.Use<T> use) {
    writing.lock();
    try {
      requireOpen();
      return database.write(use);
    } catch (SQLException e) {
      throw failed("write", e);
    } finally {
      writing.unlock();
    }
  }

  /** Waits for calls in progress and closes the database. Closing again has no effect. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        database.close();
      }
    } finally {
      writing.unlock();
    }
  }

  /** Returns the first value that a statement yields on the writing connection, for tests. */
  String query(String sql) throws SQLException {
    writing.lock();
    try {
      return database.query(sql);
    } finally {
      writing.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new HistoryException(file + ": closed (expected: open)", null);
    }
  }

  private HistoryException failed(String what, SQLException cause) {
    return new HistoryException(file + ": " + what + " failed: " + cause.getMessage(), cause);
  }
}
