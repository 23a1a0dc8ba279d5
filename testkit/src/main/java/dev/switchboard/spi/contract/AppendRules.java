package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Rules for appending: seqs, order, atomicity, and concurrency. */
public interface AppendRules extends OpensHistory {
  @Test
  default void seqsCountFromOneWithoutAHole() {
    try (HistoryStore store = open()) {
      assertThat(Samples.seqs(store.append(Samples.many(3)))).containsExactly(1L, 2L, 3L);
      assertThat(Samples.seqs(store.append(List.of(Samples.from("bob", "x"))))).containsExactly(4L);
      assertThat(store.head(Samples.GENERAL).seq()).isEqualTo(4);
    }
  }

  @Test
  default void anEmptyBatchAppendsNothing() {
    try (HistoryStore store = open()) {
      assertThat(store.append(List.of())).isEmpty();
      assertThat(store.head(Samples.GENERAL).seq()).isZero();
    }
  }

  @Test
  default void aBatchIsAppendedInItsOrderLogByLog() {
    LogKey other = new LogKey("/ws", Address.room("other"));
    try (HistoryStore store = open()) {
      List<Committed> results =
          store.append(
              List.of(
                  Samples.from("ann", "a"), Samples.in(other, "b"),
                  Samples.from("ann", "c"), Samples.in(other, "d")));
      assertThat(Samples.seqs(results)).containsExactly(1L, 1L, 2L, 2L);
      assertThat(Samples.messageIds(store.after(Samples.GENERAL, 0, 9, Samples.ANY)))
          .containsExactly("a", "c");
      assertThat(Samples.messageIds(store.after(other, 0, 9, Samples.ANY)))
          .containsExactly("b", "d");
    }
  }

  @Test
  default void aBatchWithAFleetingOneIsRefusedWhole() {
    try (HistoryStore store = open()) {
      List<Publication> batch = List.of(Samples.from("ann", "a"), Samples.fleeting());
      assertThatThrownBy(() -> store.append(batch)).isInstanceOf(IllegalArgumentException.class);
      assertThat(store.head(Samples.GENERAL).seq()).isZero();
      assertThat(Samples.duplicates(store.append(List.of(Samples.from("ann", "a")))))
          .containsExactly(false);
    }
  }

  @Test
  default void anEntryIsWhatWasPublished() {
    Publication publication = Samples.from("ann", "a");
    try (HistoryStore store = open()) {
      store.append(List.of(publication));
      assertThat(store.after(Samples.GENERAL, 0, 1, Samples.ANY).entries())
          .usingRecursiveFieldByFieldElementComparator()
          .containsExactly(publication.at(1));
    }
  }

  @Test
  default void dataMayBeNullEmptyOrAMebibyte() {
    byte[] large = new byte[1 << 20];
    new Random(7).nextBytes(large);
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.data(null), Samples.data(new byte[0]), Samples.data(large)));
      List<Entry> entries = store.after(Samples.GENERAL, 0, 9, Samples.ANY).entries();
      assertThat(entries.get(0).data()).isNull();
      assertThat(entries.get(1).data()).isEmpty();
      assertThat(entries.get(2).data()).isEqualTo(large);
    }
  }

  @Test
  default void manyThreadsAppendWithoutAHoleAndEachInItsOrder() throws Exception {
    int threads = 8;
    int each = 50;
    try (HistoryStore store = open();
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<List<Long>>> tasks = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        String user = "user" + thread;
        tasks.add(() -> {
          List<Long> seqs = new ArrayList<>();
          for (int i = 0; i < each; i++) {
            seqs.addAll(Samples.seqs(store.append(List.of(Samples.from(user, "m" + i)))));
            assertThat(Samples.seqs(store.before(Samples.GENERAL, Long.MAX_VALUE, 1, Samples.ANY)))
                .allMatch(seq -> seq >= seqs.getLast());
          }
          return seqs;
        });
      }
      List<Long> all = new ArrayList<>();
      for (Future<List<Long>> seqs : pool.invokeAll(tasks)) {
        assertThat(seqs.get()).isSorted();
        all.addAll(seqs.get());
      }
      assertThat(all)
          .containsExactlyInAnyOrderElementsOf(
              LongStream.rangeClosed(1, (long) threads * each).boxed().toList());
    }
  }
}
