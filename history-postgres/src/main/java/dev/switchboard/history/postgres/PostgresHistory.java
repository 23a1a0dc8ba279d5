package dev.switchboard.history.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Kept;
import dev.switchboard.history.sql.Reason;
import dev.switchboard.history.sql.SqlRestrictions;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.RestrictionStore;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A history store in a PostgreSQL database (14 or newer; tested with 18). Thread-safe; calls block.
 * Any number of processes may write to one database: an append locks the rows of its logs, so seqs
 * have no gaps and all processes agree on their order.
 *
 * <p>What {@link #append} has returned is on the database's disk: {@code synchronous_commit} is
 * raised to {@code on} if it is {@code off}. A call is one round trip and one transaction, however
 * large the batch, so append in batches. Whether the data survives the loss of the database's
 * machine depends on its replication. If a replica without the newest entries takes over, or an
 * older backup is restored, an older log comes back under the same epoch, and readers that have
 * seen more can't tell.
 *
 * <p>If a connection is lost during an append, its outcome is unknown. The call is then repeated
 * with the same number, and the database returns the first answer, so nothing is appended twice.
 * Only if that is impossible too does {@link #append} fail with an unknown outcome; publications
 * with a {@code messageId} may safely be appended again.
 *
 * <p>Retention and the duplicate window (5 minutes, longer while the entry is kept) are measured by
 * the timestamps of what is appended; for retention, except for implausible jumps ({@link
 * PruningTime}). The tables are named {@code switchboard_…} and are created at the first start, in
 * the first schema of the connection's search path ({@code ?currentSchema=chat} in the URL).
 * Processes of an older version running at the same time prune by timestamps alone.
 */
public final class PostgresHistory implements HistoryStore {
  private static final int MIN_VERSION = 14; // what the statements need

  private final DataSource pool;
  private final @Nullable HikariDataSource owned;
  private final PostgresWriter writer;
  private final PostgresReader reader;
  private volatile boolean closed; // set by close()

  private PostgresHistory(
      DataSource pool, @Nullable HikariDataSource owned, PostgresWriter writer, String epoch) {
    this.pool = pool;
    this.owned = owned;
    this.writer = writer;
    this.reader = new PostgresReader(epoch);
  }

  /**
   * Opens or creates a history, with its own pool of at most 8 connections.
   *
   * @param url {@code jdbc:postgresql://host:port/database?user=…&password=…}, with any parameters
   *     of the PostgreSQL driver
   * @throws HistoryException if the database refuses or does not answer within 5 seconds
   */
  public static PostgresHistory open(String url) {
    return open(url, null, null);
  }

  /** Like {@link #open(String)}, with the user and password separate from the URL. */
  public static PostgresHistory open(String url, @Nullable String user, @Nullable String password) {
    return open(url, user, password, PostgresLimits.DEFAULT);
  }

  /** Like {@link #open(String, String, String)}, with limits. */
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
   * Opens or creates a history on connections from the caller's pool, which bounds their number and
   * the time to wait for one. The pool is not closed here.
   *
   * @throws HistoryException if the database refuses or does not answer
   */
  public static PostgresHistory open(DataSource pool) {
    return open(pool, PostgresLimits.DEFAULT);
  }

  /** Like {@link #open(DataSource)}, with limits. */
  public static PostgresHistory open(DataSource pool, PostgresLimits limits) {
    return open(pool, null, limits);
  }

  private static PostgresHistory open(
      DataSource pool, @Nullable HikariDataSource owned, PostgresLimits limits) {
    try (Connection connection = pool.getConnection()) {
      DatabaseMetaData database = connection.getMetaData();
      requireVersion(database.getDatabaseMajorVersion(), database.getDatabaseProductVersion());
      String epoch = PostgresSchema.migrate(connection);
      long lastPruned = PostgresSchema.lastPruned(connection);
      PostgresWriter writer = new PostgresWriter(pool, epoch, lastPruned, limits);
      return new PostgresHistory(pool, owned, writer, epoch);
    } catch (SQLException e) {
      throw new HistoryException("PostgreSQL: open failed: " + Reason.of(e), e);
    }
  }

  static void requireVersion(int major, String version) {
    if (major < MIN_VERSION) {
      throw new HistoryException(
          "PostgreSQL: version: " + version + " (expected: " + MIN_VERSION + " or newer)", null);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a publication is fleeting
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} if the {@link
   *     PostgresLimits} are exceeded
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
  public Map<LogKey, Position> heads(Collection<LogKey> logs) {
    return read(connection -> reader.heads(connection, List.copyOf(logs)));
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

  private <T> T read(SqlRestrictions.Use<T> reading) {
    return use("read", reading);
  }

  private <T> T use(String what, SqlRestrictions.Use<T> use) {
    requireOpen();
    try (Connection connection = pool.getConnection()) {
      return use.of(connection);
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** Returns the bans, mutes and revocations that are kept in this database. */
  public RestrictionStore restrictions() {
    return new SqlRestrictions(this::write, "switchboard_restriction");
  }

  private <T> T write(SqlRestrictions.Use<T> writing) {
    return use("write", writing);
  }

  /**
   * Waits for an {@link #append} in progress and closes the history. Closing again has no effect.
   */
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
    return new HistoryException("PostgreSQL: " + what + " failed: " + Reason.of(cause), cause);
  }
}
