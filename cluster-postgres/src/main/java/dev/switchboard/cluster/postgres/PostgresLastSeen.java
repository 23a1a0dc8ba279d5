package dev.switchboard.cluster.postgres;

import dev.switchboard.spi.LastSeen;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;

/**
 * When users were last seen, in the database. {@link PostgresPresence} writes what waits here, on
 * its thread, before it tells anybody that a user left. Who has been away longest is forgotten if
 * there are more than a million. Thread-safe.
 */
final class PostgresLastSeen implements LastSeen {
  private static final int MAX_BATCH = 1_000;
  private static final int MAX_WAITING = 100_000;
  private static final int MAX_KEPT = 1_000_000;
  private static final long PRUNE_NANOS = Duration.ofMinutes(10).toNanos();

  private record Key(String space, String user) {}

  private final PresenceReads reads;
  private final int kept;
  private final SequencedMap<Key, Long> waiting = new LinkedHashMap<>(); // guarded by itself

  /** What tells the writer that there is something to write. Set before any call. */
  private Runnable wake = () -> {};

  private long prunedAt =
      System.nanoTime(); // when the table was last pruned; confined to the writer

  PostgresLastSeen(PresenceReads reads) {
    this(reads, MAX_KEPT);
  }

  PostgresLastSeen(PresenceReads reads, int kept) {
    this.reads = reads;
    this.kept = kept;
  }

  /** Sets what wakes the writer. */
  void wakes(Runnable writer) {
    wake = writer;
  }

  @Override
  public void put(String space, String user, Instant time) {
    synchronized (waiting) {
      waiting.merge(new Key(space, user), time.toEpochMilli(), Math::max);
      if (waiting.size() > MAX_WAITING) {
        waiting.pollFirstEntry();
      }
    }
    wake.run();
  }

  @Override
  public CompletionStage<Optional<Instant>> get(String space, String user) {
    Key key = new Key(space, user);
    OptionalLong unwritten;
    synchronized (waiting) {
      Long time = waiting.get(key);
      unwritten = time == null ? OptionalLong.empty() : OptionalLong.of(time);
    }
    return reads.read(connection ->
        LongStream.concat(unwritten.stream(), stored(connection, key).stream())
            .boxed()
            .max(Comparator.naturalOrder())
            .map(Instant::ofEpochMilli));
  }

  private static OptionalLong stored(Connection connection, Key key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT at FROM switchboard_last_seen WHERE space = ? AND username = ?")) {
      select.setString(1, key.space);
      select.setString(2, key.user);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  /** Writes some of what waits. Returns whether there may be more. */
  boolean write(Connection connection, long now) throws SQLException {
    Map<Key, Long> batch = new HashMap<>();
    boolean more;
    synchronized (waiting) {
      waiting.entrySet().stream()
          .limit(MAX_BATCH)
          .forEach(one -> batch.put(one.getKey(), one.getValue()));
      more = waiting.size() > batch.size();
    }
    if (!batch.isEmpty()) {
      write(connection, batch);
      synchronized (waiting) {
        batch.forEach(waiting::remove); // unless there is a later time
      }
    }
    if (now - prunedAt >= PRUNE_NANOS) {
      prunedAt = now;
      prune(connection);
    }
    return more;
  }

  private static void write(Connection connection, Map<Key, Long> batch) throws SQLException {
    List<String> spaces = new ArrayList<>();
    List<String> users = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    batch.forEach((key, time) -> {
      spaces.add(key.space);
      users.add(key.user);
      times.add(time);
    });
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            INSERT INTO switchboard_last_seen AS l (space, username, at)
              SELECT seen.* FROM quick, unnest(?::text[], ?::text[], ?::bigint[]) AS seen
              ORDER BY 1, 2
              ON CONFLICT (space, username) DO UPDATE SET at = greatest(l.at, excluded.at)
            """)) {
      insert.setArray(1, connection.createArrayOf("text", spaces.toArray()));
      insert.setArray(2, connection.createArrayOf("text", users.toArray()));
      insert.setArray(3, connection.createArrayOf("bigint", times.toArray()));
      insert.executeUpdate();
    }
  }

  /** Forgets who has been away longest. */
  void prune(Connection connection) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM switchboard_last_seen WHERE at <
              (SELECT at FROM switchboard_last_seen ORDER BY at DESC OFFSET ? LIMIT 1)
            """)) {
      delete.setInt(1, kept - 1);
      delete.executeUpdate();
    }
  }

  /** Does nothing: the writer writes what waits when it closes. */
  @Override
  public void close() {}
}
