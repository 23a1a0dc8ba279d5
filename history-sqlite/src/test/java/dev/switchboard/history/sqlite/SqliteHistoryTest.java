package dev.switchboard.history.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.history.HistoryException;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the contract leaves to SQLite: the file, its versions, its one process, and time. */
@Tag("C5")
@Tag("D2")
class SqliteHistoryTest {
  private static final LogKey LOG = new LogKey("/ws", Address.room("general"));
  private static final long NOON = 1_766_300_000_000L;

  @TempDir Path folder;

  @Test
  void aFolderHoldsHistoryDb() {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      assertThat(history.file()).isEqualTo(folder.resolve("history.db")).exists();
    }
  }

  @Test
  void anyFileNameWillDo() {
    Path odd = folder.resolve("a b?c=%41#ü.db");
    try (SqliteHistory history = SqliteHistory.open(odd)) {
      history.append(List.of(at(NOON, "m1", Retention.DEFAULT)));
    }
    assertThat(odd).exists();
  }

  @Test
  void theEpochIsTheDatabasesOwnAndStays() {
    String first = epoch(folder);
    assertThat(first).matches("[0-9a-z]{1,13}").isEqualTo(epoch(folder));
    assertThat(epoch(folder.resolve("another.db"))).isNotEqualTo(first);
  }

  @Test
  void aRestoredCopyGetsANewEpochAsTheDocumentationSays() throws SQLException {
    String before = epoch(folder);
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("history.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE store SET epoch = lower(hex(randomblob(8)))");
    }
    assertThat(epoch(folder)).isNotEqualTo(before);
  }

  @Test
  void whatIsCommittedSurvivesTheLossOfPower() throws SQLException {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      assertThat(history.query("PRAGMA journal_mode")).isEqualTo("wal");
      assertThat(history.query("PRAGMA synchronous")).isEqualTo("2");
    }
  }

  @Test
  void aSecondOpeningIsRefused() {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      assertRefused(folder, "history.db: in use by process " + ProcessHandle.current().pid());
      history.append(List.of(at(NOON, "m1", Retention.DEFAULT)));
    }
    SqliteHistory.open(folder).close();
  }

  @Test
  void aMissingFolderIsNamed() {
    assertRefused(
        folder.resolve("nowhere").resolve("history.db"),
        "no folder " + folder.resolve("nowhere") + " (expected: an existing folder");
  }

  @Test
  void aFolderThatCannotBeWrittenToIsNamed() {
    assertRefused(Path.of("/proc/self"), "/proc/self/history.db: ");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndLeftAsItIs() throws IOException {
    Path file = folder.resolve("notes.txt");
    String text = "Not a database. ".repeat(1_000);
    Files.writeString(file, text);
    assertRefused(file, "notes.txt: not a SQLite database");
    assertThat(file).hasContent(text);
  }

  @Test
  void anotherApplicationsDatabaseIsRefusedAndLeftAsItIs() throws Exception {
    Path file = folder.resolve("other.db");
    run(file, "CREATE TABLE log (x)");
    byte[] before = Files.readAllBytes(file);
    assertRefused(file, "other.db: SQLite database of another application");
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void aDatabaseOfTheFirstVersionIsBroughtToThisOne() throws SQLException {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON, "m1", Retention.DEFAULT), at(NOON, "m2", Retention.DEFAULT)));
    }
    run(folder.resolve("history.db"), "ALTER TABLE log DROP COLUMN bytes");
    run(folder.resolve("history.db"), "ALTER TABLE store DROP COLUMN pruned_at");
    run(folder.resolve("history.db"), "DROP TABLE restriction");
    run(folder.resolve("history.db"), "PRAGMA user_version = 1");
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      assertThat(history.query("SELECT bytes = (SELECT sum(length(data)) FROM entry) FROM log"))
          .isEqualTo("1");
      assertThat(history.after(LOG, 0, 9, Long.MAX_VALUE).entries()).hasSize(2);
    }
  }

  @Test
  void aNewerSchemaIsRefused() throws SQLException {
    SqliteHistory.open(folder).close();
    run(folder.resolve("history.db"), "PRAGMA user_version = 99");
    assertRefused(
        folder,
        "history.db: schema 99 (expected: 4 or lower; it was written by a newer Switchboard");
  }

  @Test
  void closingAgainDoesNothingAndAClosedHistorySaysSo() {
    SqliteHistory history = SqliteHistory.open(folder);
    history.close();
    history.close();
    assertThatThrownBy(() -> history.head(LOG))
        .isInstanceOf(HistoryException.class)
        .hasMessageEndingWith("history.db: closed (expected: open)");
    assertThatThrownBy(() -> history.append(List.of(at(NOON, "m1", Retention.DEFAULT))))
        .isInstanceOf(HistoryException.class);
  }

  @Test
  void aFullDiskAppendsNothingOfTheBatchAndLaterGoesOn() throws SQLException {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON, "m1", Retention.DEFAULT)));
      String pages = history.query("PRAGMA page_count");
      history.query("PRAGMA max_page_count = " + pages);
      Publication large = large("m3");
      List<Publication> batch = List.of(at(NOON, "m2", Retention.DEFAULT), large);
      assertThatThrownBy(() -> history.append(batch))
          .isInstanceOf(HistoryException.class)
          .hasMessageContaining("history.db: append failed: ")
          .hasMessageContaining("full");
      assertThat(history.head(LOG).seq()).isEqualTo(1);
      history.query("PRAGMA max_page_count = 1000000");
      assertThat(history.append(batch))
          .allMatch(committed -> !committed.duplicate())
          .extracting(committed -> committed.position().seq())
          .containsExactly(2L, 3L);
    }
  }

  @Test
  void aBatchThatFailsHalfWayLeavesNothingAndLaterOnesGoOn() throws SQLException {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON, "m1", Retention.DEFAULT)));
      run(
          folder.resolve("history.db"),
          "CREATE TRIGGER refuses BEFORE INSERT ON entry WHEN NEW.message_id = 'bad'"
              + " BEGIN SELECT RAISE(ABORT, 'refused'); END");
      List<Publication> batch =
          List.of(at(NOON, "m2", Retention.DEFAULT), at(NOON, "bad", Retention.DEFAULT));
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> history.append(batch))
            .isInstanceOf(HistoryException.class)
            .hasMessageContaining("refused");
        assertThat(history.head(LOG).seq()).isEqualTo(1);
      }
      assertThat(history.append(List.of(at(NOON, "m3", Retention.DEFAULT))))
          .singleElement()
          .satisfies(committed -> assertThat(committed.position().seq()).isEqualTo(2));
      assertThat(history.after(LOG, 0, 10, Long.MAX_VALUE).entries())
          .extracting(Entry::messageId)
          .containsExactly("m1", "m3");
    }
  }

  @Test
  void aKeyOutlivesItsEntryByFiveMinutesFromItsTimestamp() {
    Retention none = new Retention(0, Duration.ofHours(1));
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON, "m1", none)));
      assertThat(history.append(List.of(at(NOON + 299_000, "m1", none))).getFirst().duplicate())
          .isTrue();
      history.append(List.of(at(NOON + 300_001, "m2", none)));
      assertThat(history.append(List.of(at(NOON + 300_002, "m1", none))).getFirst().duplicate())
          .isFalse();
    }
  }

  @Test
  void whatIsLetGoOfLeavesNoDataBehind() throws SQLException {
    Retention one = new Retention(1, Duration.ofHours(1));
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      for (int i = 0; i < 100; i++) {
        history.append(List.of(at(NOON + i, "m" + i, one)));
      }
      assertThat(history.query("SELECT count(*) FROM entry WHERE data IS NOT NULL")).isEqualTo("1");
      assertThat(history.query("SELECT count(*) FROM entry")).isEqualTo("100");
      history.append(List.of(at(NOON + 400_000, "later", one)));
      assertThat(history.query("SELECT count(*) FROM entry")).isEqualTo("1");
    }
  }

  @Test
  void anEntryStaysUntilEverythingBeforeItIsOldToo() {
    Retention hour = new Retention(10, Duration.ofHours(1));
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON + 3_000_000, "young", hour), at(NOON, "old", hour)));
      history.append(List.of(at(NOON + 3_700_000, "now", hour)));
      assertThat(history.after(LOG, 0, 10, Long.MAX_VALUE).entries())
          .extracting(Entry::messageId)
          .containsExactly("young", "old", "now");
    }
  }

  @Test
  void aBatchThatFailsInTheMiddleLeavesNothingAndTheNextIsAppended() throws SQLException {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON, "m1", Retention.DEFAULT)));
    }
    run( // the statement fails, and leaves what was done before it in the transaction
        folder.resolve("history.db"),
        "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.message_id = 'bad'"
            + " BEGIN SELECT RAISE(FAIL, 'refused'); END");
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      List<Publication> batch =
          List.of(at(NOON, "m2", Retention.DEFAULT), at(NOON, "bad", Retention.DEFAULT));
      assertThatThrownBy(() -> history.append(batch)).hasMessageContaining("refused");
      assertThat(history.head(LOG).seq()).isEqualTo(1);
      history.append(List.of(at(NOON, "m3", Retention.DEFAULT)));
      assertThat(history.after(LOG, 0, 9, Long.MAX_VALUE).entries())
          .extracting(Entry::messageId)
          .containsExactly("m1", "m3");
    }
  }

  @Test
  void aWallClockYearsAheadDeletesNothingNeitherNowNorAfterARestart() {
    Retention fiveYears = new Retention(10, Duration.ofDays(5 * 365));
    long ahead = NOON + Duration.ofDays(6 * 365).toMillis();
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON, "m1", fiveYears)));
      history.append(List.of(at(ahead, "m2", fiveYears)));
      assertThat(history.after(LOG, 0, 9, Long.MAX_VALUE).entries()).hasSize(2);
    }
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(ahead + 5_000, "m3", fiveYears)));
      assertThat(history.after(LOG, 0, 9, Long.MAX_VALUE).entries()).hasSize(3);
    }
  }

  @Test
  void whereTheDiskIsAlmostFullNothingIsAppendedAndReadingGoesOn() {
    try (SqliteHistory history = SqliteHistory.open(folder)) {
      history.append(List.of(at(NOON, "m1", Retention.DEFAULT)));
    }
    SqliteLimits all = new SqliteLimits(Long.MAX_VALUE, Long.MAX_VALUE);
    try (SqliteHistory history = SqliteHistory.open(folder, all)) {
      assertThatThrownBy(() -> history.append(List.of(at(NOON, "m2", Retention.DEFAULT))))
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("the disk is almost full");
      assertThat(history.after(LOG, 0, 9, Long.MAX_VALUE).entries()).hasSize(1);
    }
  }

  @Test
  void aDatabaseGrowsToItsLimitAndSpaceThatWasLetGoOfIsUsedAgain() {
    Retention three = new Retention(3, Duration.ofHours(1));
    SqliteLimits small = new SqliteLimits(8 << 20, 0);
    try (SqliteHistory history = SqliteHistory.open(folder, small)) {
      for (int i = 0; i < 20; i++) {
        history.append(List.of(large("m" + i, three)));
      }
      assertThatThrownBy(
              () -> {
                for (int i = 20; i < 40; i++) {
                  history.append(List.of(large("m" + i, Retention.DEFAULT)));
                }
              })
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("the history is full");
    }
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new SqliteLimits(0, 0))
        .hasMessage("maxBytes: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new SqliteLimits(1, -1))
        .hasMessage("minFreeBytes: -1 (expected: 0 or more)");
  }

  @Test
  void aDatabaseThatIsDeletedOrReplacedAcknowledgesNothingMore() throws IOException {
    for (String name : List.of("history.db", "history.db-wal")) {
      Path other = Files.createDirectory(folder.resolve(name + "-test"));
      try (SqliteHistory history = SqliteHistory.open(other)) {
        history.append(List.of(at(NOON, "m1", Retention.DEFAULT)));
        Files.delete(other.resolve(name));
        assertLost(history, name);
        Files.createFile(other.resolve(name));
        assertLost(history, name);
      }
    }
  }

  private static void assertLost(SqliteHistory history, String name) {
    assertThatThrownBy(() -> history.append(List.of(at(NOON, null, Retention.DEFAULT))))
        .isInstanceOf(HistoryException.class)
        .hasMessageContaining(name + ": deleted or replaced while the server had it open");
  }

  private static String epoch(Path file) {
    try (SqliteHistory history = SqliteHistory.open(file)) {
      return history.head(LOG).epoch();
    }
  }

  private static Publication at(long timestamp, @Nullable String messageId, Retention retention) {
    return new Publication(
        LOG, "chat", "ann", messageId, timestamp, new byte[] {'1'}, false, null, retention);
  }

  private static Publication large(String messageId) {
    return large(messageId, Retention.DEFAULT);
  }

  private static Publication large(String messageId, Retention retention) {
    return new Publication(
        LOG, "chat", "ann", messageId, NOON, new byte[1 << 20], false, null, retention);
  }

  private static void assertRefused(Path path, String message) {
    assertThatThrownBy(() -> SqliteHistory.open(path))
        .isInstanceOf(HistoryException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("(expected: ");
  }

  private static void run(Path file, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
