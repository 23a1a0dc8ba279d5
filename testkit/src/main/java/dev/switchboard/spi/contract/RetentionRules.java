package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules for retention: what is deleted, and that seqs continue. */
public interface RetentionRules extends OpensHistory {
  @Test
  default void aLogKeepsItsNewestByCount() {
    Retention two = new Retention(2, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      for (String id : List.of("a", "b", "c", "d")) {
        store.append(List.of(Samples.kept(id, two)));
      }
      assertThat(Samples.messageIds(store.after(Samples.GENERAL, 0, 9, Samples.ANY)))
          .containsExactly("c", "d");
    }
  }

  @Test
  default void theCountHoldsForABatchLargerThanIt() {
    Retention two = new Retention(2, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.kept("a", two), Samples.kept("b", two), Samples.kept("c", two)));
      assertThat(Samples.messageIds(store.after(Samples.GENERAL, 0, 9, Samples.ANY)))
          .containsExactly("b", "c");
    }
  }

  @Test
  default void aCountOfZeroKeepsNoneAndSeqsGoOn() {
    Retention none = new Retention(0, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.kept("a", none), Samples.kept("b", none)));
      assertThat(Samples.seqs(store.append(List.of(Samples.kept("c", none))))).containsExactly(3L);
      Page page = store.after(Samples.GENERAL, 0, 9, Samples.ANY);
      assertThat(page.entries()).isEmpty();
      assertThat(page.more()).isFalse();
      assertThat(page.first()).isEqualTo(4);
      assertThat(page.head().seq()).isEqualTo(3);
    }
  }

  @Test
  default void whatIsTooOldGoesWhenSomethingIsAppended() {
    Retention hour = new Retention(100, Duration.ofHours(1));
    try (HistoryStore store = open()) {
      store.append(
          List.of(
              Samples.aged("old", Duration.ofMinutes(61), Samples.KEEP),
              Samples.aged("young", Duration.ofMinutes(59), Samples.KEEP)));
      store.append(List.of(Samples.kept("new", hour)));
      Page page = store.after(Samples.GENERAL, 0, 9, Samples.ANY);
      assertThat(Samples.messageIds(page)).containsExactly("young", "new");
      assertThat(page.first()).isEqualTo(2);
    }
  }

  @Test
  default void aLogThatKeptNoneBeginsToKeep() {
    Retention none = new Retention(0, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.kept("a", none), Samples.kept("b", Samples.KEEP)));
      store.append(List.of(Samples.kept("c", none)));
      store.append(List.of(Samples.kept("d", Samples.KEEP), Samples.kept("e", Samples.KEEP)));
      Page page = store.after(Samples.GENERAL, 0, 9, Samples.ANY);
      assertThat(Samples.seqs(page)).containsExactly(4L, 5L);
      assertThat(page.first()).isEqualTo(4);
    }
  }

  @Test
  default void aLogKeepsItsNewestByBytes() {
    Retention hundred = new Retention(1_000, Duration.ofDays(1), 100);
    try (HistoryStore store = open()) {
      for (int size : new int[] {40, 60, 1, 30, 0}) {
        store.append(List.of(Samples.sized(size, hundred)));
      }
      expectKept(store, 2L, 3L, 4L, 5L); // 60 + 1 + 30 + 0
      store.append(List.of(Samples.sized(9, hundred)));
      expectKept(store, 2L, 3L, 4L, 5L, 6L); // exactly 100
      store.append(List.of(Samples.sized(1, hundred), Samples.sized(2, hundred)));
      expectKept(store, 3L, 4L, 5L, 6L, 7L, 8L);
    }
  }

  @Test
  default void anEntryLargerThanTheBytesIsNotKeptAndNothingBeforeIt() {
    Retention hundred = new Retention(1_000, Duration.ofDays(1), 100);
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.sized(1, hundred)));
      store.append(List.of(Samples.sized(101, hundred)));
      expectKept(store);
      assertThat(Samples.seqs(store.append(List.of(Samples.sized(100, hundred)))))
          .containsExactly(3L);
      expectKept(store, 3L);
    }
  }

  @Test
  default void bytesAreCountedRightAfterEntriesWentByOtherBoundsAndAfterOpeningAgain() {
    Retention two = new Retention(2, Duration.ofDays(1));
    Retention hundred = new Retention(1_000, Duration.ofDays(1), 100);
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.sized(500, two), Samples.sized(50, two)));
      store.append(List.of(Samples.sized(20, two)));
      if (!persistent()) {
        store.append(List.of(Samples.sized(30, hundred)));
        expectKept(store, 2L, 3L, 4L);
      }
    }
    if (persistent()) {
      try (HistoryStore store = open()) {
        store.append(List.of(Samples.sized(30, hundred)));
        expectKept(store, 2L, 3L, 4L);
        store.append(List.of(Samples.sized(1, hundred)));
        expectKept(store, 3L, 4L, 5L);
      }
    }
  }

  private static void expectKept(HistoryStore store, Long... seqs) {
    Page page = store.after(Samples.GENERAL, 0, 99, Samples.ANY);
    assertThat(Samples.seqs(page)).containsExactly(seqs);
    assertThat(page.first()).isEqualTo(seqs.length == 0 ? page.head().seq() + 1 : seqs[0]);
  }
}
