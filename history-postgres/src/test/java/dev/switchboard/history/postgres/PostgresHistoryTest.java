package dev.switchboard.history.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.history.HistoryException;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the contract leaves to PostgreSQL: several processes, lost connections, and time. */
@Tag("C5")
@Tag("D2")
class PostgresHistoryTest {
  private static final Retention KEEP = new Retention(100_000, Duration.ofDays(1));
  private static final long NOON = 1_766_300_000_000L;
  private static final LogKey A = new LogKey("/ws", Address.room("a"));
  private static final LogKey B = new LogKey("/ws", Address.room("b"));

  private final String url = RealPostgres.url();

  @Test
  void severalWritersShareOneOrderWithoutAHoleAndWithoutADeadlock() throws Exception {
    int writers = 4;
    int calls = 60;
    List<Callable<List<Long>>> tasks = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      int number = writer;
      tasks.add(() -> appendToBoth(number, calls));
    }
    List<Long> seqs = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (Future<List<Long>> task : threads.invokeAll(tasks)) {
        assertThat(task.get()).isSorted();
        seqs.addAll(task.get());
      }
    }
    assertThat(seqs)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(1, (long) writers * calls).boxed().toList());
  }

  /** Each on a pool of its own, as a process would; the logs in one order or the other. */
  private List<Long> appendToBoth(int writer, int calls) {
    List<Long> seqs = new ArrayList<>();
    try (PostgresHistory history = PostgresHistory.open(url)) {
      for (int call = 0; call < calls; call++) {
        String id = writer + "-" + call;
        boolean aFirst = (writer + call) % 2 == 0;
        List<Committed> results =
            history.append(
                List.of(
                    publication(aFirst ? A : B, id, NOON), publication(aFirst ? B : A, id, NOON)));
        seqs.add(results.get(aFirst ? 0 : 1).position().seq());
      }
    }
    return seqs;
  }

  @Test
  void oneMessageFromTwoProcessesAtOnceIsThereOnce() throws Exception {
    try (PostgresHistory one = PostgresHistory.open(url);
        PostgresHistory other = PostgresHistory.open(url);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 100; round++) {
        List<Publication> same = List.of(publication(A, "m" + round, NOON));
        Future<List<Committed>> first = threads.submit(() -> one.append(same));
        Future<List<Committed>> second = threads.submit(() -> other.append(same));
        assertThat(List.of(first.get().getFirst(), second.get().getFirst()))
            .extracting(committed -> committed.position().seq())
            .containsOnly(round + 1L);
        assertThat(List.of(first.get().getFirst(), second.get().getFirst()))
            .extracting(Committed::duplicate)
            .containsExactlyInAnyOrder(true, false);
      }
    }
  }

  @Test
  void twoProcessesThatCreateItAgreeOnTheEpoch() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<String> open =
          () -> {
            try (PostgresHistory history = PostgresHistory.open(url)) {
              return history.head(A).epoch();
            }
          };
      List<String> epochs = new ArrayList<>();
      for (Future<String> epoch : threads.invokeAll(List.of(open, open, open, open))) {
        epochs.add(epoch.get());
      }
      assertThat(epochs).containsOnly(epochs.getFirst());
      assertThat(epochs.getFirst()).matches("[0-9a-z]{1,13}");
    }
    try (PostgresHistory another = PostgresHistory.open(RealPostgres.url());
        PostgresHistory history = PostgresHistory.open(url)) {
      assertThat(another.head(A).epoch()).isNotEqualTo(history.head(A).epoch());
    }
  }

  /** Also for messages without an id, which nothing but the call's number tells from new ones. */
  @Test
  void aConnectionLostWhileAppendingCostsNothingAndRepeatsNothing() throws Exception {
    int calls = 600;
    Random random = new Random(7);
    List<Long> seqs = Collections.synchronizedList(new ArrayList<>());
    try (HikariDataSource pool = PostgresPool.open(url + "&ApplicationName=cut", null, null);
        PostgresHistory history = PostgresHistory.open(pool);
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> appending =
          threads.submit(() -> {
            for (int call = 0; call < calls; call++) {
              List<Publication> one = List.of(publication(A, null, NOON + call));
              seqs.add(history.append(one).getFirst().position().seq());
            }
          });
      int cutAt = 0;
      while (!appending.isDone()) {
        if (seqs.size() >= cutAt) {
          cutAt = seqs.size() + 1 + random.nextInt(10);
          RealPostgres.execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE application_name = 'cut' AND state = 'active'");
        }
        Thread.onSpinWait();
      }
      appending.get();
      assertThat(seqs).containsExactlyElementsOf(LongStream.rangeClosed(1, calls).boxed().toList());
    }
    // Through a connection of its own: the last cut may have hit an idle one of the pool.
    try (PostgresHistory whole = PostgresHistory.open(url)) {
      assertThat(whole.head(A).seq()).isEqualTo(calls);
    }
  }

  @Test
  void aCallMadeAgainUnderItsNumberIsAnsweredAndNotCarriedOut() throws Exception {
    try (HikariDataSource pool = PostgresPool.open(url, null, null);
        PostgresHistory history = PostgresHistory.open(pool)) {
      PostgresWriter writer = new PostgresWriter(pool, "e", 0, PostgresLimits.DEFAULT);
      List<Publication> batch = List.of(publication(A, null, NOON), publication(B, "x", NOON));
      List<Committed> first = writer.append(batch);
      assertThat(writer.again(batch)).isEqualTo(first);
      assertThat(history.head(A).seq()).isEqualTo(1);
      assertThat(writer.append(batch).getFirst().position().seq()).isEqualTo(2);
    }
  }

  @Test
  void theDuplicateWindowIsFiveMinutesByTheTimestamps() {
    Retention one = new Retention(1, Duration.ofDays(1));
    try (PostgresHistory history = PostgresHistory.open(url)) {
      history.append(List.of(publication(A, "a", NOON, one)));
      history.append(List.of(publication(A, "b", NOON + 299_999, one)));
      assertThat(history.append(List.of(publication(A, "a", NOON, one))).getFirst().duplicate())
          .isTrue();
      history.append(List.of(publication(A, "c", NOON + 300_001, one)));
      assertThat(
              history.append(List.of(publication(A, "a", NOON, one))).getFirst().position().seq())
          .isEqualTo(4);
    }
  }

  @Test
  void aWallClockYearsAheadDeletesNothingNeitherNowNorAfterARestart() {
    Retention fiveYears = new Retention(10, Duration.ofDays(5 * 365));
    long ahead = NOON + Duration.ofDays(6 * 365).toMillis();
    try (PostgresHistory history = PostgresHistory.open(url)) {
      history.append(List.of(publication(A, "m1", NOON, fiveYears)));
      history.append(List.of(publication(A, "m2", ahead, fiveYears)));
      assertThat(history.after(A, 0, 9, Long.MAX_VALUE).entries()).hasSize(2);
    }
    try (PostgresHistory history = PostgresHistory.open(url)) {
      history.append(List.of(publication(A, "m3", ahead + 5_000, fiveYears)));
      assertThat(history.after(A, 0, 9, Long.MAX_VALUE).entries()).hasSize(3);
    }
  }

  @Test
  void aDatabaseOfTheFirstVersionGoesOnFromItsNewestEntry() {
    Retention fiveYears = new Retention(10, Duration.ofDays(5 * 365));
    try (PostgresHistory history = PostgresHistory.open(url)) {
      history.append(List.of(publication(A, "m1", NOON, fiveYears)));
    }
    String schema = url.substring(url.indexOf("currentSchema=") + "currentSchema=".length());
    RealPostgres.execute("ALTER TABLE " + schema + ".switchboard_store DROP COLUMN pruned_at");
    RealPostgres.execute("DROP TABLE " + schema + ".switchboard_restriction");
    RealPostgres.execute(
        """
        DROP TABLE S.switchboard_node, S.switchboard_place, S.switchboard_presence,
          S.switchboard_bind_code, S.switchboard_last_seen, S.switchboard_outbox, S.switchboard_outbox_refused;
        DROP SEQUENCE S.switchboard_presence_version;
        DO $$ DECLARE function text; BEGIN
          FOR function IN SELECT oid::regprocedure FROM pg_proc
            WHERE pronamespace = 'S'::regnamespace AND proname LIKE 'switchboard_presence%'
          LOOP EXECUTE 'DROP FUNCTION ' || function; END LOOP;
        END $$;
        """
            .replace("S.", schema + ".")
            .replace("'S'", "'" + schema + "'"));
    RealPostgres.execute("UPDATE " + schema + ".switchboard_store SET version = 1");
    try (PostgresHistory history = PostgresHistory.open(url)) {
      long ahead = NOON + Duration.ofDays(6 * 365).toMillis();
      history.append(List.of(publication(A, "m2", ahead, fiveYears)));
      assertThat(history.after(A, 0, 9, Long.MAX_VALUE).entries()).hasSize(2);
    }
  }

  @Test
  void anOldDatabaseIsRefusedInOneLine() {
    PostgresHistory.requireVersion(14, "14.0");
    assertThatThrownBy(() -> PostgresHistory.requireVersion(13, "13.22 (Debian)"))
        .isInstanceOf(HistoryException.class)
        .hasMessage("PostgreSQL: version: 13.22 (Debian) (expected: 14 or newer)");
  }

  @Test
  void aRestoredCopyGetsANewEpochAsTheDocumentationSays() {
    try (PostgresHistory history = PostgresHistory.open(url);
        PostgresHistory other = PostgresHistory.open(url)) {
      assertThat(other.head(A).epoch()).isEqualTo(history.head(A).epoch());
      String schema = url.substring(url.indexOf("currentSchema=") + "currentSchema=".length());
      RealPostgres.execute(
          "UPDATE " + schema + ".switchboard_store SET epoch = md5(random()::text)");
      try (PostgresHistory restored = PostgresHistory.open(url)) {
        assertThat(restored.head(A).epoch()).isNotEqualTo(history.head(A).epoch());
      }
    }
  }

  @Test
  void aHistoryGrowsToItsLimitAndIsReadBeyondIt() {
    Retention three = new Retention(3, Duration.ofDays(1));
    try (HikariDataSource pool = PostgresPool.open(url, null, null);
        PostgresHistory history = PostgresHistory.open(pool, new PostgresLimits(100));
        PostgresHistory other = PostgresHistory.open(url)) {
      for (int i = 0; i < 50; i++) { // 20 bytes each, of which 60 are kept
        history.append(List.of(publication(A, "m" + i, NOON, three)));
      }
      history.append(List.of(publication(B, "m1", NOON), publication(B, "m2", NOON)));
      assertThatThrownBy(() -> history.append(List.of(publication(B, "m3", NOON))))
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("the history is full: 100 bytes (expected: fewer than 100)");
      assertThat(history.after(B, 0, 9, Long.MAX_VALUE).entries()).hasSize(2);
      other.append(List.of(publication(B, "m4", NOON, new Retention(1, Duration.ofDays(1)))));
      history.append(List.of(publication(B, "m3", NOON)));
      assertThat(history.head(B).seq()).isEqualTo(4);
    }
  }

  @Test
  void aLimitThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> new PostgresLimits(0)).hasMessage("maxBytes: 0 (expected: 1 or more)");
  }

  @Test
  void aLongLogIsReadAndCutByItsIndexes() {
    Retention few = new Retention(500, Duration.ofDays(1));
    try (PostgresHistory history = PostgresHistory.open(url)) {
      for (int call = 0; call < 20; call++) {
        List<Publication> batch = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          batch.add(publication(A, call + "-" + i, NOON + call * 60_000L, few));
        }
        history.append(batch);
      }
      List<Entry> entries = history.after(A, 0, 1_000, Long.MAX_VALUE).entries();
      assertThat(entries).hasSize(500);
      assertThat(entries.getFirst().seq()).isEqualTo(1_501);
    }
  }

  @Test
  void aDatabaseThatIsNotThereIsSaidWithoutItsPassword() {
    assertThatThrownBy(
            () -> PostgresHistory.open("jdbc:postgresql://127.0.0.1:1/x?password=secret"))
        .isInstanceOf(HistoryException.class)
        .hasMessageContaining("127.0.0.1:1")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> PostgresHistory.open("jdbc:mysql://u:secret@h/x"))
        .isInstanceOf(HistoryException.class)
        .hasMessageContaining("expected: jdbc:postgresql://")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aDataSourceOfTheCallersIsNotClosed() {
    try (HikariDataSource pool = PostgresPool.open(url, null, null)) {
      PostgresHistory history = PostgresHistory.open(pool);
      history.append(List.of(publication(A, "a", NOON)));
      history.close();
      assertThat(pool.isClosed()).isFalse();
      assertThatThrownBy(() -> history.head(A)).isInstanceOf(HistoryException.class);
    }
  }

  private static Publication publication(LogKey log, @Nullable String messageId, long timestamp) {
    return publication(log, messageId, timestamp, KEEP);
  }

  private static Publication publication(
      LogKey log, @Nullable String messageId, long timestamp, Retention retention) {
    return new Publication(
        log, "chat", "ann", messageId, timestamp, new byte[20], false, null, retention);
  }
}
