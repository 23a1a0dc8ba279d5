package dev.switchboard.history.sqlite;

import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Kept;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Logs in one SQLite file. Thread-safe; calls block. One connection writes, a call of {@link
 * #append} at a time; a few read, and do not wait for the writer.
 *
 * <p>What {@link #append} has returned is on the disk: it survives the death of the process ({@code
 * kill -9}) and, where the disk keeps what it has confirmed as flushed, the loss of power. That
 * costs one flush a call, so append in batches. The epoch is the database's: random when it is
 * created, then for ever the same. Whoever puts back an older copy of the file brings an older log
 * back under the same epoch, which readers that have seen more can't tell.
 *
 * <p>The clock of retention and of the duplicate window (5 minutes, longer while the entry is kept)
 * is the timestamps of what is appended, but for absurd jumps ({@link PruningTime}). A log to which
 * nothing is appended keeps what it has. The space of what is let go is used again; the file does
 * not shrink.
 *
 * <p>Beside the file stand {@code -wal} and {@code -shm} while it is open, which belong to it, and
 * {@code .lock}, which keeps it to one process. The file must be on a local disk. If it or its
 * {@code -wal} is deleted or replaced meanwhile, {@link #append} fails from then on.
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
   * Opens a history, or creates it.
   *
   * @param directoryOrFile the database, or an existing folder for a database {@code history.db};
   *     the folder that it is in must exist
   * @throws HistoryException if it can't be opened; the message says why and what to do
   */
  public static SqliteHistory open(Path directoryOrFile) {
    return open(directoryOrFile, SqliteLimits.DEFAULT);
  }

  /** As {@link #open(Path)}, within other limits than {@link SqliteLimits#DEFAULT}. */
  public static SqliteHistory open(Path directoryOrFile, SqliteLimits limits) {
    Path file = SqliteDatabase.file(directoryOrFile);
    return new SqliteHistory(file, SqliteDatabase.open(file, limits));
  }

  /** The database's file. */
  public Path file() {
    return file;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if one is fleeting
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} beyond the {@link
   *     SqliteLimits}
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

  /** Waits for the calls that are under way. Closing again does nothing. */
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

  /** The writer's first value for a statement, for tests. */
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
