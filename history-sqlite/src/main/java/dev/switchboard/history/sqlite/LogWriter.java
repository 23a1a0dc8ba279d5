package dev.switchboard.history.sqlite;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Appends on one connection, within a transaction that the caller begins and ends. The caller is
 * the database's only writer, so what was once read about a log stays true. After a failure the
 * caller discards this writer and with it what it knows. Guarded by the writer's lock.
 */
final class LogWriter implements AutoCloseable {
  private static final int KNOWN_LOGS = 4_096;
  private static final long MINUTE = 60_000;

  private final String epoch;
  private final PreparedStatement findLog;
  private final PreparedStatement newLog;
  private final PreparedStatement moveLog;
  private final PreparedStatement insert;
  private final PreparedStatement findMessage;
  private final PreparedStatement moveTime;
  private final Pruning pruning;
  private final PruningTime time;
  private long timeKept; // the pruning time that the database has

  /** The states of the most recently used logs. */
  private final Map<LogKey, LogState> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<LogKey, LogState> eldest) {
          return size() > KNOWN_LOGS;
        }
      };

  LogWriter(Connection connection, String epoch, PruningTime time) throws SQLException {
    this.epoch = epoch;
    this.time = time;
    findLog =
        connection.prepareStatement(
            """
            SELECT id, head, first,
              coalesce((SELECT min(seq) FROM entry WHERE log_id = log.id), head + 1), bytes
            FROM log WHERE space = ? AND kind = ? AND name = ?
            """);
    newLog =
        connection.prepareStatement(
            """
            INSERT INTO log (space, kind, name, head, first) VALUES (?, ?, ?, 0, 1) RETURNING id
            """);
    moveLog =
        connection.prepareStatement("UPDATE log SET head = ?, first = ?, bytes = ? WHERE id = ?");
    insert =
        connection.prepareStatement(
            """
            INSERT INTO entry (log_id, seq, type, publisher, timestamp, message_id, data)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (log_id, message_id, publisher) WHERE message_id IS NOT NULL DO NOTHING
            """);
    findMessage =
        connection.prepareStatement(
            """
            SELECT seq FROM entry WHERE log_id = ? AND message_id = ? AND publisher = ?
            """);
    moveTime = connection.prepareStatement("UPDATE store SET pruned_at = ?");
    pruning = new Pruning(connection);
  }

  /** Appends all publications. If it throws, the caller rolls back and creates a new writer. */
  List<Committed> append(List<Publication> batch) throws SQLException {
    Map<LogKey, Growth> growths = new LinkedHashMap<>();
    List<Committed> results = new ArrayList<>(batch.size());
    for (Publication publication : batch) {
      Growth growth = growths.get(publication.log());
      if (growth == null) {
        growth = new Growth(state(publication.log()));
        growths.put(publication.log(), growth);
      }
      results.add(append(publication, growth));
    }
    for (Growth growth : growths.values()) {
      Publication last = growth.last;
      if (last != null) {
        finish(growth.state, last, growth.now);
      }
    }
    return results;
  }

  /** What one batch adds to one log. */
  private static final class Growth {
    private final LogState state;
    private long now; // the newest timestamp
    private @Nullable Publication last; // whose retention applies; null if all were duplicates

    private Growth(LogState state) {
      this.state = state;
    }

    private void add(Publication publication) {
      now = Math.max(now, publication.timestamp());
      last = publication;
    }
  }

  private Committed append(Publication publication, Growth growth) throws SQLException {
    LogState state = growth.state;
    long seq = state.head + 1;
    String messageId = publication.messageId();
    if (!insert(publication, state.id, seq) && messageId != null) {
      findMessage.setLong(1, state.id);
      findMessage.setString(2, messageId);
      findMessage.setString(3, Columns.publisher(publication.from()));
      try (ResultSet row = findMessage.executeQuery()) {
        row.next();
        return new Committed(new Position(epoch, row.getLong(1)), true);
      }
    }
    state.head = seq;
    state.bytes += size(publication);
    growth.add(publication);
    return new Committed(new Position(epoch, seq), false);
  }

  /** Returns whether a row was added. */
  private boolean insert(Publication publication, long log, long seq) throws SQLException {
    boolean kept = publication.retention().count() > 0;
    if (!kept && publication.messageId() == null) {
      return false;
    }
    insert.setLong(1, log);
    insert.setLong(2, seq);
    insert.setString(3, kept ? publication.type() : "");
    insert.setString(4, Columns.publisher(publication.from()));
    insert.setLong(5, publication.timestamp());
    insert.setString(6, publication.messageId());
    insert.setBytes(7, kept ? publication.data() : null);
    return insert.executeUpdate() == 1;
  }

  private static long size(Publication publication) {
    byte[] data = publication.data();
    return data == null || publication.retention().count() == 0 ? 0 : data.length;
  }

  private void finish(LogState state, Publication last, long now) throws SQLException {
    long pruneAt = time.of(now, System.nanoTime());
    if (Math.abs(pruneAt - timeKept) >= MINUTE) {
      moveTime.setLong(1, pruneAt);
      moveTime.executeUpdate();
      timeKept = pruneAt;
    }
    pruning.apply(state, last.retention(), pruneAt);
    moveLog.setLong(1, state.head);
    moveLog.setLong(2, state.first);
    moveLog.setLong(3, state.bytes);
    moveLog.setLong(4, state.id);
    moveLog.executeUpdate();
  }

  private LogState state(LogKey log) throws SQLException {
    LogState state = known.get(log);
    if (state == null) {
      state = load(log);
      known.put(log, state);
    }
    return state;
  }

  private LogState load(LogKey log) throws SQLException {
    Columns.bindLog(findLog, 1, log);
    try (ResultSet row = findLog.executeQuery()) {
      if (row.next()) {
        return new LogState(
            row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
      }
    }
    Columns.bindLog(newLog, 1, log);
    try (ResultSet row = newLog.executeQuery()) {
      row.next();
      return new LogState(row.getLong(1), 0, 1, 1, 0);
    }
  }

  @Override
  public void close() throws SQLException {
    findLog.close();
    newLog.close();
    moveLog.close();
    insert.close();
    findMessage.close();
    moveTime.close();
    pruning.close();
  }
}
