package dev.switchboard.history.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.history.sqlite.SqliteHistory;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.Page;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The death of a process, as it comes: by SIGKILL, at random places, round after round. */
@Tag("slow")
@Tag("D2")
class KilledWhileAppendingTest {
  private static final int ROUNDS = 20;

  @TempDir Path folder;

  /** The message id of every place that was acknowledged, in all rounds. */
  private final Map<String, String> acknowledged = new HashMap<>();

  @Test
  void sqliteLosesNothingAcknowledged() throws Exception {
    killInRounds(folder.toString());
    SqliteHistory.open(folder).close();
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("history.db"));
        Statement statement = database.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA integrity_check")) {
      assertThat(result.getString(1)).isEqualTo("ok");
    }
  }

  /** The process that dies is the one that appends; the database goes on. */
  @Test
  void postgresLosesNothingAcknowledged() throws Exception {
    killInRounds(RealPostgres.url());
  }

  private void killInRounds(String database) throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("KilledWhileAppendingTest: -Dseed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      appendUntilKilled(database, round, random);
      try (HistoryStore history = Appending.open(database)) {
        expectEverything(history);
      }
    }
    System.out.println(
        "KilledWhileAppendingTest: " + acknowledged.size() + " acknowledged, all there");
    assertThat(acknowledged).hasSizeGreaterThan(ROUNDS);
  }

  private void appendUntilKilled(String database, int round, Random random) throws Exception {
    Process child = start(database, round, random.nextLong());
    int lines = 1 + random.nextInt(400);
    // Not at a line's end only: some time after it, within what a few appends take.
    long nanos = random.nextInt(20_000_000);
    try (BufferedReader reader = child.inputReader()) {
      for (int i = 0; i < lines; i++) {
        take(reader.readLine());
      }
      long until = System.nanoTime() + nanos;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      // By its handle: Process.destroyForcibly would throw away what was printed but not yet read.
      child.toHandle().destroyForcibly();
      drain(reader);
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private static Process start(String database, int round, long seed) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
            "-cp",
            System.getProperty("java.class.path"),
            Appending.class.getName(),
            database,
            Long.toString(seed),
            Integer.toString(round))
        .redirectErrorStream(true)
        .start();
  }

  private void drain(BufferedReader reader) throws IOException {
    String line;
    while ((line = reader.readLine()) != null) {
      take(line);
    }
  }

  /** The last line of a killed process may be cut short. */
  private void take(String line) {
    String[] words = line.split(" ", -1);
    boolean whole = words.length == 4 && words[3].equals(".");
    if (whole) {
      acknowledged.put(words[0] + " " + words[1], words[2]);
    }
  }

  private void expectEverything(HistoryStore history) {
    Map<String, String> kept = new HashMap<>();
    for (int number = 0; number < 3; number++) {
      Page page = history.after(Appending.log(number), 0, Integer.MAX_VALUE, Long.MAX_VALUE);
      long expected = 1;
      for (Entry entry : page.entries()) {
        assertThat(entry.seq()).isEqualTo(expected++);
        kept.put("room" + number + " " + entry.seq(), entry.messageId());
      }
      assertThat(page.head().seq()).isEqualTo(expected - 1);
    }
    assertThat(kept).containsAllEntriesOf(acknowledged);
  }
}
