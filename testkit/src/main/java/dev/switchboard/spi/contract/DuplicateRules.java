package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchboard.protocol.Address;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Rules for duplicates: what was published before is not appended again, and is answered with its
 * first position.
 */
public interface DuplicateRules extends OpensHistory {
  @Test
  default void aSecondPublicationGetsThePlaceOfTheFirst() {
    try (HistoryStore store = open()) {
      store.append(Samples.many(3));
      List<Committed> again = store.append(List.of(Samples.from("ann", "m2")));
      assertThat(Samples.seqs(again)).containsExactly(2L);
      assertThat(Samples.duplicates(again)).containsExactly(true);
      assertThat(store.head(Samples.GENERAL).seq()).isEqualTo(3);
    }
  }

  @Test
  default void aDuplicateIsFoundWithinOneBatch() {
    try (HistoryStore store = open()) {
      List<Committed> results =
          store.append(
              List.of(
                  Samples.from("ann", "a"), Samples.from("ann", "a"), Samples.from("ann", "b")));
      assertThat(Samples.seqs(results)).containsExactly(1L, 1L, 2L);
      assertThat(Samples.duplicates(results)).containsExactly(false, true, false);
    }
  }

  @Test
  default void theSameIdOfAnotherUserOrInAnotherLogIsNoDuplicate() {
    LogKey other = new LogKey("/ws", Address.room("other"));
    try (HistoryStore store = open()) {
      List<Committed> results =
          store.append(
              List.of(
                  Samples.from("ann", "a"), Samples.from("bob", "a"),
                  Samples.from(null, "a"), Samples.in(other, "a")));
      assertThat(Samples.duplicates(results)).containsOnly(false);
    }
  }

  @Test
  default void theServersOwnPublicationsHaveDuplicatesToo() {
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.from(null, "a")));
      assertThat(Samples.duplicates(store.append(List.of(Samples.from(null, "a")))))
          .containsExactly(true);
      assertThat(store.after(Samples.GENERAL, 0, 1, Samples.ANY).entries().getFirst().from())
          .isNull();
    }
  }

  @Test
  default void withoutAnIdNothingIsADuplicate() {
    try (HistoryStore store = open()) {
      Publication publication = Samples.from("ann", null);
      assertThat(Samples.seqs(store.append(List.of(publication, publication))))
          .containsExactly(1L, 2L);
    }
  }

  @Test
  default void aDuplicateIsKnownForMinutesAfterItsEntryIsGone() {
    Retention one = new Retention(1, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.kept("a", one), Samples.kept("b", one)));
      List<Committed> again = store.append(List.of(Samples.kept("a", one)));
      assertThat(Samples.duplicates(again)).containsExactly(true);
      assertThat(Samples.seqs(again)).containsExactly(1L);
    }
  }

  @Test
  default void aDuplicateIsKnownAfterTheStoreWasOpenedAgain() {
    assumeTrue(persistent(), "the store does not persist");
    Retention none = new Retention(0, Duration.ofDays(1));
    try (HistoryStore store = open()) {
      store.append(List.of(Samples.from("ann", "a"), Samples.kept("b", none)));
    }
    try (HistoryStore store = open()) {
      List<Committed> again =
          store.append(List.of(Samples.from("ann", "a"), Samples.kept("b", none)));
      assertThat(Samples.seqs(again)).containsExactly(1L, 2L);
      assertThat(Samples.duplicates(again)).containsOnly(true);
    }
  }
}
