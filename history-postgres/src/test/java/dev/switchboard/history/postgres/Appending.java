package dev.switchboard.history.postgres;

import dev.switchboard.history.sqlite.SqliteHistory;
import dev.switchboard.protocol.Address;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A process that appends until it is killed, and prints what was acknowledged. */
final class Appending {
  static final Retention KEEP = new Retention(10_000_000, Duration.ofDays(1));

  private Appending() {}

  static LogKey log(int number) {
    return new LogKey("/ws", Address.room("room" + number));
  }

  /** A PostgreSQL by its URL, or a SQLite by its folder. */
  static HistoryStore open(String database) {
    return database.startsWith("jdbc:")
        ? PostgresHistory.open(database)
        : SqliteHistory.open(Path.of(database));
  }

  /** Arguments: the database, a seed, the round. A line: log, seq, message id, full stop. */
  public static void main(String[] arguments) {
    Random random = new Random(Long.parseLong(arguments[1]));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    try (HistoryStore history = open(arguments[0])) {
      for (long call = 0; ; call++) {
        List<Publication> batch = batch(random, arguments[2] + "-" + call);
        List<Committed> results = history.append(batch);
        for (int i = 0; i < batch.size(); i++) {
          Address.Room room = (Address.Room) batch.get(i).log().address();
          out.println(
              room.name()
                  + " "
                  + results.get(i).position().seq()
                  + " "
                  + batch.get(i).messageId()
                  + " .");
        }
        out.flush();
      }
    }
  }

  private static List<Publication> batch(Random random, String name) {
    List<Publication> batch = new ArrayList<>();
    int size = 1 + random.nextInt(40);
    for (int i = 0; i < size; i++) {
      byte[] data = new byte[random.nextInt(20) == 0 ? 20_000 : 200];
      batch.add(
          new Publication(
              log(random.nextInt(3)),
              "chat",
              "ann",
              name + "-" + i,
              System.currentTimeMillis(),
              data,
              false,
              null,
              KEEP));
    }
    return batch;
  }
}
