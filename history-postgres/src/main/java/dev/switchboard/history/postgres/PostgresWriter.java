package dev.switchboard.history.postgres;

import dev.switchboard.history.sql.Reason;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends, one call at a time. Each call has a number, and the database remembers this writer's
 * last call with its answer. If the call is repeated, the database returns that answer and does not
 * carry it out again. Thread-safe.
 *
 * <p>A call that fails in transit can therefore be repeated under the same number on another
 * connection, until it succeeds or attempts run out. The lock is held for all attempts, so no other
 * call can take the place of the remembered one in between.
 */
final class PostgresWriter {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresWriter.class);

  /**
   * More than the pool has connections, because after a restart of the database all of them are
   * dead.
   */
  private static final int ATTEMPTS = PostgresPool.MAX_CONNECTIONS + 2;

  /** The connection or the server was shut down, or two transactions conflicted. */
  private static final Set<String> PASSING = Set.of("57P01", "57P02", "57P03", "40001", "40P01");

  private static final String APPEND =
      "SELECT switchboard_append_1(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final long MINUTE = 60_000;

  private final DataSource pool;
  private final String epoch;
  private final UUID id = UUID.randomUUID();
  private final ReentrantLock lock = new ReentrantLock();
  private final PostgresSize size;
  private final PruningTime time;

  // Guarded by lock.
  private long timeKept; // the pruning time that the database has
  private long number; // of the last call

  /** Creates a writer whose pruning time continues from {@code lastPruned}. */
  PostgresWriter(DataSource pool, String epoch, long lastPruned, PostgresLimits limits) {
    this.pool = pool;
    this.epoch = epoch;
    this.size = new PostgresSize(limits);
    this.timeKept = lastPruned;
    this.time =
        new PruningTime(lastPruned, System.nanoTime(), jump -> LOG.error("PostgreSQL: {}", jump));
  }

  List<Committed> append(List<Publication> batch) throws SQLException {
    lock.lock();
    try {
      number++;
      return call(batch, false);
    } finally {
      lock.unlock();
    }
  }

  /** Repeats the last call, as if its answer had been lost. */
  List<Committed> again(List<Publication> batch) throws SQLException {
    return call(batch, true);
  }

  private List<Committed> call(List<Publication> batch, boolean repeated) throws SQLException {
    lock.lock();
    try {
      PostgresBatch columns = new PostgresBatch(batch, time);
      for (int attempt = 1; ; attempt++) {
        try (Connection connection = pool.getConnection()) {
          if (attempt == 1 && !repeated) { // a repeated call may have been carried out already
            size.require(connection, System.nanoTime());
          }
          List<Committed> results = append(connection, columns);
          size.appended(batch);
          return results;
        } catch (SQLException e) {
          if (attempt == ATTEMPTS || !passing(e)) {
            throw e;
          }
          LOG.info("PostgreSQL: append is retried after: {}", Reason.of(e));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static boolean passing(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && (state.startsWith("08") || PASSING.contains(state));
  }

  private List<Committed> append(Connection connection, PostgresBatch columns) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.setAutoCommit(true); // one statement is the transaction
    }
    keepTime(connection, columns.prunedAt());
    try (PreparedStatement statement = connection.prepareStatement(APPEND)) {
      statement.setObject(1, id);
      statement.setLong(2, number);
      columns.bind(connection, statement, 3);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return committed(row.getArray(1));
      }
    }
  }

  private void keepTime(Connection connection, long prunedAt) throws SQLException {
    if (Math.abs(prunedAt - timeKept) >= MINUTE) {
      try (PreparedStatement move =
          connection.prepareStatement("UPDATE switchboard_store SET pruned_at = ?")) {
        move.setLong(1, prunedAt);
        move.executeUpdate();
      }
      timeKept = prunedAt;
    }
  }

  private List<Committed> committed(Array answer) throws SQLException {
    List<Committed> results = new ArrayList<>();
    for (Long seq : (Long[]) answer.getArray()) {
      results.add(new Committed(new Position(epoch, Math.abs(seq)), seq < 0));
    }
    return results;
  }

  /** Waits for a call in progress, and makes the database forget this writer. */
  void close() {
    lock.lock();
    try (Connection connection = pool.getConnection();
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM switchboard_writer WHERE id = ?")) {
      delete.setObject(1, id);
      delete.executeUpdate();
    } catch (SQLException e) {
      LOG.debug("PostgreSQL: this writer's row stays until a later start removes it", e);
    } finally {
      lock.unlock();
    }
  }
}
