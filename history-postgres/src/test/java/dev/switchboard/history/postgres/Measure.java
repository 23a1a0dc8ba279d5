package dev.switchboard.history.postgres;

import dev.switchboard.peers.RealPostgres;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Prints the time to open a new history and the entries appended in a second, by size of batch. */
final class Measure {
  private Measure() {}

  /** Argument: a folder for a SQLite, or nothing for a PostgreSQL that flushes to its disk. */
  public static void main(String[] arguments) throws Exception {
    String database =
        arguments.length == 0
            ? RealPostgres.url()
            : Files.createTempDirectory(Path.of(arguments[0]), "measure").toString();
    long start = System.nanoTime();
    HistoryStore history = Appending.open(database);
    history.head(Appending.log(0));
    System.out.printf("first open %d ms%n", (System.nanoTime() - start) / 1_000_000);
    history.close();
    start = System.nanoTime();
    history = Appending.open(database);
    System.out.printf("open again %d ms%n", (System.nanoTime() - start) / 1_000_000);
    for (Retention retention : List.of(Appending.KEEP, new Retention(1_000, Duration.ofHours(1)))) {
      for (int size : new int[] {256, 1, 16, 256}) {
        run(history, size, retention);
      }
    }
    history.close();
  }

  private static void run(HistoryStore history, int size, Retention retention) {
    long start = System.nanoTime();
    long entries = 0;
    while (System.nanoTime() - start < 5_000_000_000L) {
      history.append(batch(size, retention));
      entries += size;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "keep %d, batch %d: %.0f entries/s, %.2f ms a batch%n",
        retention.count(), size, entries / seconds, seconds * 1_000 * size / entries);
  }

  private static List<Publication> batch(int size, Retention retention) {
    List<Publication> batch = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      batch.add(
          new Publication(
              Appending.log(0),
              "chat",
              "ann",
              UUID.randomUUID().toString(),
              System.currentTimeMillis(),
              new byte[177],
              false,
              null,
              retention));
    }
    return batch;
  }
}
