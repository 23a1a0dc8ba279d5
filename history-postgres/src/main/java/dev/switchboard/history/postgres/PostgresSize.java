package dev.switchboard.history.postgres;

import dev.switchboard.history.sql.MaxBytes;
import dev.switchboard.spi.Publication;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * The size of the data in all logs, if a limit needs it. It is read from the database every few
 * seconds; in between, what is appended here is added. Guarded by the writer's lock.
 */
final class PostgresSize {
  private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

  private final long maxBytes;
  private boolean read; // whether it has been read at all
  private long readAt; // when it was read, by the monotonic clock
  private long bytes; // the size read then, plus what was appended here since

  PostgresSize(PostgresLimits limits) {
    this.maxBytes = limits.maxBytes();
  }

  /** Refuses to append to a full history. */
  void require(Connection connection, long now) throws SQLException {
    if (maxBytes == Long.MAX_VALUE) {
      return;
    }
    // If it seems full, it is read again at once: what was deleted since is not known here.
    if (!read || now - readAt >= FRESH_NANOS || bytes >= maxBytes) {
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT coalesce(sum(bytes), 0) FROM switchboard_log")) {
        row.next();
        bytes = row.getLong(1);
      }
      read = true;
      readAt = now;
    }
    MaxBytes.requireSmaller(bytes, maxBytes);
  }

  void appended(List<Publication> batch) {
    if (maxBytes == Long.MAX_VALUE) {
      return;
    }
    for (Publication publication : batch) {
      byte[] data = publication.data();
      bytes += data == null ? 0 : data.length;
    }
  }
}
