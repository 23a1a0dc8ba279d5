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
 * The bytes of data that all logs keep, as far as a limit needs them: read from the database now
 * and then, and what is appended here in between is added. Confined to whoever holds the writer.
 */
final class PostgresSize {
  private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

  private final long maxBytes;
  private boolean read;
  private long readAt;
  private long bytes;

  PostgresSize(PostgresLimits limits) {
    this.maxBytes = limits.maxBytes();
  }

  /** Refuses to append to a history that is full. */
  void require(Connection connection, long now) throws SQLException {
    if (maxBytes == Long.MAX_VALUE) {
      return;
    }
    // When it seems full it is asked at once: what was let go of since is not known here.
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
