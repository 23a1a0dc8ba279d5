package dev.switchboard.history.postgres;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch as the arrays that {@code switchboard_append_1} takes. Confined to one call. */
final class PostgresBatch {
  private final String[] spaces;
  private final String[] kinds;
  private final String[] names;
  private final Long[] counts;
  private final long[] newest; // the newest timestamp for each log
  private final Long[] ages;
  private final Long[] sizes;
  private final Integer[] logs;
  private final String[] types;
  private final String[] publishers;
  private final Long[] timestamps;
  private final @Nullable String[] messageIds;
  private final byte[] @Nullable [] datas;

  private long prunedAt; // set by the constructor

  PostgresBatch(List<Publication> batch, PruningTime time) {
    Map<LogKey, Integer> places = new LinkedHashMap<>();
    int size = batch.size();
    logs = new Integer[size];
    types = new String[size];
    publishers = new String[size];
    timestamps = new Long[size];
    messageIds = new @Nullable String[size];
    datas = new byte[size] @Nullable [];
    for (int i = 0; i < size; i++) {
      Publication publication = batch.get(i);
      logs[i] = places.computeIfAbsent(publication.log(), log -> places.size() + 1);
      types[i] = publication.type();
      publishers[i] = Columns.publisher(publication.from());
      timestamps[i] = publication.timestamp();
      messageIds[i] = publication.messageId();
      datas[i] = publication.data();
    }
    spaces = new String[places.size()];
    kinds = new String[places.size()];
    names = new String[places.size()];
    counts = new Long[places.size()];
    newest = new long[places.size()];
    ages = new Long[places.size()];
    sizes = new Long[places.size()];
    places.forEach((log, place) -> log(place - 1, log));
    for (int i = 0; i < size; i++) { // the retention of a log's last publication applies
      retention(logs[i] - 1, batch.get(i).retention());
      newest[logs[i] - 1] = Math.max(newest[logs[i] - 1], timestamps[i]);
    }
    for (int i = 0; i < ages.length; i++) {
      prunedAt = time.of(newest[i], System.nanoTime());
      ages[i] = older(ages[i], newest[i] - prunedAt);
    }
  }

  /**
   * Returns the age by which the database must prune. It subtracts the age from the newest
   * timestamp, which may be implausible.
   */
  private static long older(long age, long ahead) {
    return age > Long.MAX_VALUE - ahead ? Long.MAX_VALUE : age + ahead;
  }

  /** Returns the time by which this batch prunes. */
  long prunedAt() {
    return prunedAt;
  }

  private void log(int index, LogKey log) {
    spaces[index] = log.space();
    kinds[index] = Columns.kind(log.address());
    names[index] = Columns.name(log.address());
  }

  private void retention(int index, Retention retention) {
    counts[index] = (long) retention.count();
    ages[index] = retention.ageMillis();
    sizes[index] = retention.bytes();
  }

  void bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
    Object[][] texts = {spaces, kinds, names};
    Object[][] numbers = {counts, ages, sizes};
    int index = first;
    for (Object[] array : texts) {
      statement.setArray(index++, connection.createArrayOf("text", array));
    }
    for (Object[] array : numbers) {
      statement.setArray(index++, connection.createArrayOf("bigint", array));
    }
    statement.setArray(index++, connection.createArrayOf("int", logs));
    statement.setArray(index++, connection.createArrayOf("text", types));
    statement.setArray(index++, connection.createArrayOf("text", publishers));
    statement.setArray(index++, connection.createArrayOf("bigint", timestamps));
    statement.setArray(index++, connection.createArrayOf("text", messageIds));
    statement.setArray(index, connection.createArrayOf("bytea", datas));
  }
}
