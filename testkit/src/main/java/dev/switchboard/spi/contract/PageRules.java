package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Rules for pages in both directions. */
public interface PageRules extends OpensHistory {
  @Test
  default void aPageAfterHasTheOldestThatAreNewer() {
    try (HistoryStore store = open()) {
      store.append(Samples.many(10));
      expect(store.after(Samples.GENERAL, 0, 3, Samples.ANY), true, 1L, 2L, 3L);
      expect(store.after(Samples.GENERAL, -5, 1, Samples.ANY), true, 1L);
      expect(store.after(Samples.GENERAL, 7, 2, Samples.ANY), true, 8L, 9L);
      expect(store.after(Samples.GENERAL, 7, 3, Samples.ANY), false, 8L, 9L, 10L);
      expect(store.after(Samples.GENERAL, 7, Integer.MAX_VALUE, Samples.ANY), false, 8L, 9L, 10L);
      expect(store.after(Samples.GENERAL, 10, 3, Samples.ANY), false);
      expect(store.after(Samples.GENERAL, Long.MAX_VALUE, 3, Samples.ANY), false);
    }
  }

  @Test
  default void aPageBeforeHasTheNewestThatAreOlder() {
    try (HistoryStore store = open()) {
      store.append(Samples.many(10));
      expect(store.before(Samples.GENERAL, Long.MAX_VALUE, 3, Samples.ANY), true, 8L, 9L, 10L);
      expect(store.before(Samples.GENERAL, 11, 1, Samples.ANY), true, 10L);
      expect(store.before(Samples.GENERAL, 4, 2, Samples.ANY), true, 2L, 3L);
      expect(store.before(Samples.GENERAL, 4, 3, Samples.ANY), false, 1L, 2L, 3L);
      expect(store.before(Samples.GENERAL, 4, Integer.MAX_VALUE, Samples.ANY), false, 1L, 2L, 3L);
      expect(store.before(Samples.GENERAL, 1, 3, Samples.ANY), false);
      expect(store.before(Samples.GENERAL, -1, 3, Samples.ANY), false);
    }
  }

  @Test
  default void aPageTellsTheHeadAndTheFirst() {
    Retention four = new Retention(4, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(Samples.many(9));
      store.append(List.of(Samples.kept("last", four)));
      for (Page page :
          List.of(
              store.after(Samples.GENERAL, 8, 1, Samples.ANY),
              store.before(Samples.GENERAL, 8, 1, Samples.ANY))) {
        assertThat(page.head()).isEqualTo(store.head(Samples.GENERAL));
        assertThat(page.head().seq()).isEqualTo(10);
        assertThat(page.first()).isEqualTo(7);
      }
    }
  }

  @Test
  default void pagesEndWhereTheLogIsNoLongerKept() {
    Retention four = new Retention(4, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(Samples.many(9));
      store.append(List.of(Samples.kept("last", four)));
      expect(store.after(Samples.GENERAL, 0, 2, Samples.ANY), true, 7L, 8L);
      expect(store.before(Samples.GENERAL, 9, 2, Samples.ANY), false, 7L, 8L);
      expect(store.before(Samples.GENERAL, 9, 5, Samples.ANY), false, 7L, 8L);
      expect(store.before(Samples.GENERAL, 7, 5, Samples.ANY), false);
      expect(store.before(Samples.GENERAL, 3, 5, Samples.ANY), false);
    }
  }

  @Test
  default void aPageEndsWhereItsBytesWouldBePassed() {
    try (HistoryStore store = open()) {
      for (int size : new int[] {40, 60, 0, 1, 30, 101}) {
        store.append(List.of(Samples.sized(size, Samples.KEEP)));
      }
      expect(store.after(Samples.GENERAL, 0, 9, 100), true, 1L, 2L, 3L); // exactly 100
      expect(store.after(Samples.GENERAL, 0, 9, 99), true, 1L);
      expect(store.after(Samples.GENERAL, 0, 2, 100), true, 1L, 2L);
      expect(store.after(Samples.GENERAL, 2, 9, 132), false, 3L, 4L, 5L, 6L);
      expect(store.before(Samples.GENERAL, 6, 9, 91), true, 2L, 3L, 4L, 5L); // exactly 91
      expect(store.before(Samples.GENERAL, 6, 9, 90), true, 3L, 4L, 5L);
      expect(store.before(Samples.GENERAL, 6, 1, 90), true, 5L);
      expect(store.before(Samples.GENERAL, 3, 9, 100), false, 1L, 2L);
    }
  }

  @Test
  default void aPageHasOneEntryHoweverLargeItIs() {
    try (HistoryStore store = open()) {
      for (int size : new int[] {1, 0, 100, 0, 1}) {
        store.append(List.of(Samples.sized(size, Samples.KEEP)));
      }
      expect(store.after(Samples.GENERAL, 2, 9, 10), true, 3L);
      expect(store.before(Samples.GENERAL, 4, 9, 10), true, 3L);
      expect(store.after(Samples.GENERAL, 1, 9, 10), true, 2L);
      expect(store.before(Samples.GENERAL, 5, 9, 10), true, 4L);
    }
  }

  @Test
  default void aPageOfNothingIsRefused() {
    try (HistoryStore store = open()) {
      store.append(Samples.many(1));
      List<ThrowingCallable> wrong =
          List.of(
              () -> store.after(Samples.GENERAL, 0, 0, 1),
              () -> store.after(Samples.GENERAL, 0, 1, 0),
              () -> store.before(Samples.GENERAL, 9, 0, 1),
              () -> store.before(Samples.GENERAL, 9, 1, 0));
      assertThat(wrong)
          .allSatisfy(call ->
              assertThatThrownBy(call)
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("(expected: 1 or more)"));
    }
  }

  private static void expect(Page page, boolean more, Long... seqs) {
    assertThat(Samples.seqs(page)).containsExactly(seqs);
    assertThat(page.more()).isEqualTo(more);
  }
}
