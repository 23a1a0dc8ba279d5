package dev.switchboard.cluster.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Says to the other servers that this one lives, by the database's clock. Confined to one thread;
 * time is an argument, in nanoseconds of the monotonic clock.
 *
 * <p>Each lease has a random id of its own. So what was written under a lease that ran out can be
 * cleared while its server, which was only cut off, writes under a new one.
 *
 * <p>After the database was away for everybody, all leases may have run out, of servers that are
 * about to come back. So a server clears what the dead have left only after it has reached the
 * database without a failure for as long as a lease is good.
 */
final class NodeLease {
  private static final int RENEWALS = 3; // per lease: two may be late

  private final long nanos;
  private @Nullable UUID id; // null before the first lease and after a lost one
  private long renewedAt; // when the last renewal began
  private long steadySince; // since when the database has answered

  NodeLease(Duration length) {
    this.nanos = length.toNanos();
  }

  /** Returns the id of the lease; null if there is none. */
  @Nullable UUID id() {
    return id;
  }

  /** Returns whether the lease has run out, as far as can be told without the database. */
  boolean hasRunOut(long now) {
    return id != null && now - renewedAt >= nanos;
  }

  /**
   * Renews the lease if that is due. Returns false if there is none, or it ran out; {@link #take} a
   * new one then.
   */
  boolean keep(Connection connection, long now) throws SQLException {
    UUID held = id;
    if (held == null || hasRunOut(now)) {
      return false;
    }
    if (now - renewedAt < nanos / RENEWALS) {
      return true;
    }
    boolean kept =
        execute(
            connection,
            """
            UPDATE switchboard_node SET expires = now() + ? * interval '1 microsecond'
            WHERE id = ? AND expires > now()
            """,
            held);
    if (kept) {
      renewedAt = now;
    }
    return kept;
  }

  /** Takes a new lease. */
  UUID take(Connection connection, long now) throws SQLException {
    UUID fresh = UUID.randomUUID();
    boolean unused =
        execute(
            connection,
            """
            INSERT INTO switchboard_node (expires, id)
            VALUES (now() + ? * interval '1 microsecond', ?)
            """,
            fresh);
    id = fresh;
    renewedAt = now;
    steadySince = now;
    return fresh;
  }

  private boolean execute(Connection connection, String sql, UUID node) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, nanos / 1_000);
      statement.setObject(2, node);
      return statement.executeUpdate() == 1;
    }
  }

  /** The lease is over. */
  void lost() {
    id = null;
  }

  /** The database did not answer. */
  void failed(long now) {
    steadySince = now;
  }

  /** Returns whether a lease that has run out means that its server is dead. */
  boolean mayClear(long now) {
    return id != null && now - steadySince >= nanos;
  }
}
