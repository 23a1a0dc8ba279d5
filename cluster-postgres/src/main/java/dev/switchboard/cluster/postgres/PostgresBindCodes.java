package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.StoredUser;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.BindCodes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bind codes in the database, where any server of the deployment takes them. At most 100,000 wait
 * to be used; further ones are refused with {@code unavailable}. Their number is read every few
 * seconds, so that servers together may exceed it by what they issue in that time. Thread-safe;
 * calls block.
 */
final class PostgresBindCodes implements BindCodes {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresBindCodes.class);
  private static final int MAX_CODES = 100_000;
  private static final long COUNT_NANOS = Duration.ofSeconds(5).toNanos();

  private final DataSource pool;
  private final InstantSource clock;
  private final int most;
  private int count; // as last read, and what was put here since; guarded by this
  private boolean counted; // whether it was read at all; guarded by this
  private long countedAt; // when it was read, by the monotonic clock; guarded by this

  /**
   * Creates the store of one server.
   *
   * @param pool connections to a database that {@code PostgresHistory} has opened
   */
  PostgresBindCodes(DataSource pool) {
    this(pool, InstantSource.system(), MAX_CODES);
  }

  PostgresBindCodes(DataSource pool, InstantSource clock, int most) {
    this.pool = pool;
    this.clock = clock;
    this.most = most;
  }

  @Override
  public void put(String hash, AuthenticatedUser user, Instant expiry) {
    String text = StoredUser.write(user);
    try (Connection connection = pool.getConnection()) {
      requireRoom(connection);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO switchboard_bind_code (hash, expiry, authenticated) VALUES (?, ?, ?)")) {
        insert.setString(1, hash);
        insert.setLong(2, expiry.toEpochMilli());
        insert.setString(3, text);
        insert.executeUpdate();
      }
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  /** Removes expired codes and counts the others, now and then and whenever it seems full. */
  private synchronized void requireRoom(Connection connection) throws SQLException {
    long now = System.nanoTime();
    if (!counted || now - countedAt >= COUNT_NANOS || count >= most) {
      try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM switchboard_bind_code WHERE expiry <= ?");
          PreparedStatement select =
              connection.prepareStatement("SELECT count(*) FROM switchboard_bind_code")) {
        delete.setLong(1, clock.millis());
        delete.executeUpdate();
        try (ResultSet row = select.executeQuery()) {
          row.next();
          count = row.getInt(1);
        }
      }
      counted = true;
      countedAt = now;
    }
    if (count >= most) {
      throw new RefusedException(ErrorCode.UNAVAILABLE, "bind codes: too many are unused");
    }
    count++;
  }

  @Override
  public Optional<AuthenticatedUser> take(String hash) {
    try (Connection connection = pool.getConnection();
        PreparedStatement delete =
            connection.prepareStatement(
                """
                DELETE FROM switchboard_bind_code WHERE hash = ? RETURNING expiry, authenticated
                """)) {
      delete.setString(1, hash);
      try (ResultSet row = delete.executeQuery()) {
        return row.next() && row.getLong(1) > clock.millis()
            ? Optional.of(StoredUser.read(row.getString(2)))
            : Optional.empty();
      }
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  private static RefusedException unavailable(SQLException cause) {
    LOG.debug("bind codes: the database does not answer", cause);
    RefusedException refused =
        new RefusedException(
            ErrorCode.UNAVAILABLE,
            "bind codes: the database does not answer (expected: try later)");
    refused.initCause(cause);
    return refused;
  }

  /** Does nothing: the connections are the caller's. */
  @Override
  public void close() {}
}
