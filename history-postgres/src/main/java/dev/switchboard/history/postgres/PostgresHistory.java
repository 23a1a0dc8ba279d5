package dev.switchboard.history.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Kept;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Logs in a PostgreSQL database (14 or newer; tested with 18). Thread-safe; calls block. Any number
 * of processes may write to one database: whoever appends locks the rows of the logs concerned, so
 * seqs have no hole and everyone agrees on their order.
 *
 * <p>What {@link #append} has returned is on the database's disk: {@code synchronous_commit} is
 * raised to {@code on} where it is {@code off}. A call is one round trip and one transaction,
 * however large the batch, so append in batches. Whether it survives the loss of the database's
 * machine is up to its replication; a replica that lacks the newest entries, or an older backup,
 * brings an older log back under the same epoch, which readers that have seen more can't tell.
 *
 * <p>A connection that is lost while a batch is being appended leaves open whether it was: the call
 * is then made again under the same number, which the database answers as the first time, so
 * nothing is appended twice. Only if the database can't be reached for that either does {@link
 * #append} fail with the outcome unknown; publications with a {@code messageId} may safely be
 * appended again.
 *
 * <p>The clock of retention and of the duplicate window (5 minutes, longer while the entry is kept)
 * is the timestamps of what is appended; for retention, but for absurd jumps ({@link PruningTime}).
 * Tables are named {@code switchboard_…} and made when first opened, in the first schema of the
 * connection's search path ({@code ?currentSchema=chat} in the URL). While processes of an older
 * version run beside this one, those let go by timestamps alone.
 */
public final class PostgresHistory implements HistoryStore {
  private final DataSource pool;
  private final @Nullable HikariDataSource owned;
  private final PostgresWriter writer;
  private final PostgresReader reader;
  private volatile boolean closed;

  private PostgresHistory(
      DataSource pool, @Nullable HikariDataSource owned, PostgresWriter writer, String epoch) {
    this.pool = pool;
    this.owned = owned;
    this.writer = writer;
    this.reader = new PostgresReader(epoch);
  }

  /**
   * Opens a history, or creates it, with a pool of at most 8 connections of its own.
   *
   * @param url {@code jdbc:postgresql://host:port/database?user=…&password=…}, and any parameter of
   *     the PostgreSQL driver
   * @throws HistoryException if the database does not answer within 5 seconds, or refuses
   */
  public static PostgresHistory open(String url) {
    return open(url, null, null);
  }

  /** As {@link #open(String)}, with user and password apart from the URL. */
  public static PostgresHistory open(String url, @Nullable String user, @Nullable String password) {
    return open(url, user, password, PostgresLimits.DEFAULT);
  }

  /** As {@link #open(String, String, String)}, within limits. */
  public static PostgresHistory open(
      String url, @Nullable String user, @Nullable String password, PostgresLimits limits) {
    HikariDataSource pool = PostgresPool.open(url, user, password);
    boolean opened = false;
    try {
      PostgresHistory history = open(pool, pool, limits);
      opened = true;
      return history;
    } finally {
      if (!opened) {
        pool.close();
      }
    }
  }

  /**
   * Opens a history, or creates it, on connections of a pool that is the caller's: it bounds them
   * and the time to wait for one, and is not closed here.
   *
   * @throws HistoryException if the database does not answer or refuses
   */
  public static PostgresHistory open(DataSource pool) {
    return open(pool, PostgresLimits.DEFAULT);
  }

  /** As {@link #open(DataSource)}, within limits. */
  public static PostgresHistory open(DataSource pool, PostgresLimits limits) {
    return open(pool, null, limits);
  }

  private static PostgresHistory open(
      DataSource pool, @Nullable HikariDataSource owned, PostgresLimits limits) {
    try (Connection connection = pool.getConnection()) {
      String epoch = PostgresSchema.migrate(connection);
      long lastPruned = PostgresSchema.lastPruned(connection);
      PostgresWriter writer = new PostgresWriter(pool, epoch, lastPruned, limits);
      return new PostgresHistory(pool, owned, writer, epoch);
    } catch (SQLException e) {
      throw new HistoryException("PostgreSQL: open failed: " + reason(e), e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if one is fleeting
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} beyond the {@link
   *     PostgresLimits}
   */
  @Override
  public List<Committed> append(List<Publication> batch) {
    Kept.require(batch);
    requireOpen();
    if (batch.isEmpty()) {
      return List.of();
    }
    try {
      return writer.append(batch);
    } catch (SQLException e) {
      throw failed("append", e);
    }
  }

  @Override
  public Position head(LogKey log) {
    return read(connection -> reader.head(connection, log));
  }

  @Override
  public Page after(LogKey log, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    return read(connection -> reader.after(connection, log, seq, limit, bytes));
  }

  @Override
  public Page before(LogKey log, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    return read(connection -> reader.before(connection, log, seq, limit, bytes));
  }

  private interface Reading<T> {
    T with(Connection connection) throws SQLException;
  }

  private <T> T read(Reading<T> reading) {
    requireOpen();
    try (Connection connection = pool.getConnection()) {
      return reading.with(connection);
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /** Waits for a call of {@link #append} that is under way. Closing again does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      writer.close();
      if (owned != null) {
        owned.close();
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new HistoryException("PostgreSQL: closed (expected: open)", null);
    }
  }

  private static HistoryException failed(String what, SQLException cause) {
    return new HistoryException("PostgreSQL: " + what + " failed: " + reason(cause), cause);
  }

  /** What a database says, without the statement that it says it of. */
  static String reason(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
