package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages in both directions. */
public interface PageRules extends OpensHistory {
  @Test
  default void aPageAfterHasTheOldestThatAreNewer() {
    try (HistoryStore store = open()) {
      store.append(Samples.many(10));
      expect(store.after(Samples.GENERAL, 0, 3), true, 1L, 2L, 3L);
      expect(store.after(Samples.GENERAL, -5, 1), true, 1L);
      expect(store.after(Samples.GENERAL, 7, 2), true, 8L, 9L);
      expect(store.after(Samples.GENERAL, 7, 3), false, 8L, 9L, 10L);
      expect(store.after(Samples.GENERAL, 7, Integer.MAX_VALUE), false, 8L, 9L, 10L);
      expect(store.after(Samples.GENERAL, 10, 3), false);
      expect(store.after(Samples.GENERAL, Long.MAX_VALUE, 3), false);
    }
  }

  @Test
  default void aPageBeforeHasTheNewestThatAreOlder() {
    try (HistoryStore store = open()) {
      store.append(Samples.many(10));
      expect(store.before(Samples.GENERAL, Long.MAX_VALUE, 3), true, 8L, 9L, 10L);
      expect(store.before(Samples.GENERAL, 11, 1), true, 10L);
      expect(store.before(Samples.GENERAL, 4, 2), true, 2L, 3L);
      expect(store.before(Samples.GENERAL, 4, 3), false, 1L, 2L, 3L);
      expect(store.before(Samples.GENERAL, 4, Integer.MAX_VALUE), false, 1L, 2L, 3L);
      expect(store.before(Samples.GENERAL, 1, 3), false);
      expect(store.before(Samples.GENERAL, -1, 3), false);
    }
  }

  @Test
  default void aPageTellsTheHeadAndTheFirst() {
    Retention four = new Retention(4, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(Samples.many(9));
      store.append(List.of(Samples.kept("last", four)));
      for (Page page :
          List.of(store.after(Samples.GENERAL, 8, 1), store.before(Samples.GENERAL, 8, 1))) {
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
      expect(store.after(Samples.GENERAL, 0, 2), true, 7L, 8L);
      expect(store.before(Samples.GENERAL, 9, 2), false, 7L, 8L);
      expect(store.before(Samples.GENERAL, 9, 5), false, 7L, 8L);
      expect(store.before(Samples.GENERAL, 7, 5), false);
      expect(store.before(Samples.GENERAL, 3, 5), false);
    }
  }

  private static void expect(Page page, boolean more, Long... seqs) {
    assertThat(Samples.seqs(page)).containsExactly(seqs);
    assertThat(page.more()).isEqualTo(more);
  }
}
