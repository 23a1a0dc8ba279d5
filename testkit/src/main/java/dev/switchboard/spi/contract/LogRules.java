package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchboard.protocol.Address;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules for logs: they are identified by space, kind and name, and live as long as the store. */
public interface LogRules extends OpensHistory {
  @Test
  default void aLogThatNobodyWroteToIsEmptyAndHasAnEpoch() {
    try (HistoryStore store = open()) {
      Position head = store.head(Samples.GENERAL);
      assertThat(head.seq()).isZero();
      assertThat(head.epoch()).isNotBlank();
      for (Page page :
          List.of(
              store.after(Samples.GENERAL, 0, 9, Samples.ANY),
              store.before(Samples.GENERAL, 9, 9, Samples.ANY))) {
        assertThat(page).isEqualTo(new Page(head, 1, List.of(), false));
      }
    }
  }

  @Test
  default void theHeadsOfManyLogsAreThoseOfEach() {
    List<LogKey> logs =
        List.of(
            Samples.GENERAL,
            new LogKey("/ws", Address.user("general")),
            new LogKey("/ws", Address.EVERYONE),
            new LogKey("/ws", Address.room("nobody wrote to it, 'so' {it} is \"empty\"")));
    try (HistoryStore store = open()) {
      store.append(Samples.many(3));
      store.append(List.of(Samples.in(logs.get(2), "a")));
      Map<LogKey, Position> heads = store.heads(logs);
      assertThat(heads).containsOnlyKeys(logs);
      heads.forEach((log, head) -> assertThat(head).isEqualTo(store.head(log)));
      assertThat(logs.stream().map(store::head).map(Position::seq)).containsExactly(3L, 0L, 1L, 0L);
      assertThat(store.heads(List.of())).isEmpty();
    }
  }

  @Test
  default void theEpochStaysWhenTheLogIsWrittenTo() {
    try (HistoryStore store = open()) {
      String epoch = store.head(Samples.GENERAL).epoch();
      assertThat(store.append(Samples.many(2)))
          .extracting(committed -> committed.position().epoch())
          .containsOnly(epoch);
      assertThat(store.head(Samples.GENERAL).epoch()).isEqualTo(epoch);
    }
  }

  @Test
  default void spacesAndKindsAreApart() {
    List<LogKey> logs =
        List.of(
            new LogKey("/ws", Address.room("ann")),
            new LogKey("/ws", Address.user("ann")),
            new LogKey("/ws", Address.EVERYONE),
            new LogKey("/other", Address.room("ann")),
            new LogKey("/other", Address.EVERYONE),
            new LogKey("", Address.EVERYONE));
    expectApart(logs);
  }

  @Test
  default void namesAreDataWhateverTheyHold() {
    expectApart(
        List.of("ann", "Ann", "ann ", "änn", "'; DROP TABLE log; --", "%", "_", "a/b", "\\", "*")
            .stream()
            .map(name -> new LogKey("/ws", Address.room(name)))
            .toList());
    expectApart(
        List.of("房间", "комната", "🎉", "🎉🎉", "\uFFFD", "e", "é", "ß", "ss", "ı", "i", "I")
            .stream()
            .map(name -> new LogKey("/w", Address.user(name)))
            .toList());
  }

  @Test
  default void everythingIsThereAfterTheStoreWasOpenedAgain() {
    assumeTrue(persistent(), "the store does not persist");
    Page before;
    try (HistoryStore store = open()) {
      store.append(Samples.many(5));
      before = store.after(Samples.GENERAL, 0, 9, Samples.ANY);
    }
    try (HistoryStore store = open()) {
      assertThat(store.after(Samples.GENERAL, 0, 9, Samples.ANY))
          .usingRecursiveComparison()
          .isEqualTo(before);
      assertThat(Samples.seqs(store.append(List.of(Samples.from("ann", "next")))))
          .containsExactly(6L);
    }
  }

  @Test
  default void closingAgainDoesNothing() {
    HistoryStore store = open();
    store.close();
    store.close();
  }

  private void expectApart(List<LogKey> logs) {
    try (HistoryStore store = open()) {
      for (int i = 0; i < logs.size(); i++) {
        LogKey log = logs.get(i);
        assertThat(Samples.seqs(store.append(List.of(Samples.in(log, "m" + i)))))
            .as("%s", log)
            .containsExactly(1L);
      }
      for (int i = 0; i < logs.size(); i++) {
        Page page = store.after(logs.get(i), 0, 9, Samples.ANY);
        assertThat(Samples.messageIds(page)).containsExactly("m" + i);
        assertThat(page.entries().getFirst().address()).isEqualTo(logs.get(i).address());
      }
    }
  }
}
