package dev.switchboard.cluster.postgres;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.TransactionalMessages;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code switchboard_outbox}, about which nothing is certain but what the table checks.
 * Immutable.
 */
record OutboxRow(
    long number,
    String path,
    String kind,
    String name,
    String type,
    @Nullable String data,
    String messageId) {
  static final String COLUMNS = "number, path, kind, name, type, data, message_id";

  /** Reads a row with these {@link #COLUMNS}. */
  static OutboxRow of(ResultSet row) throws SQLException {
    return new OutboxRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7));
  }

  /**
   * Returns the message.
   *
   * @throws IllegalArgumentException if it has no valid address
   */
  TransactionalMessages.Message message() {
    return new TransactionalMessages.Message(
        path,
        Columns.address(kind, name),
        type,
        data == null ? null : data.getBytes(StandardCharsets.UTF_8),
        messageId);
  }
}
