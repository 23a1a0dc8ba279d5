package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Address;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the logs in memory let go of when there is too much, and what they keep. */
@Tag("C5")
class MemoryHistoryTest {
  private static final LogKey READ = log("read");
  private static final long MEBIBYTE = 1 << 20;

  private static LogKey log(String room) {
    return new LogKey("/ws", Address.room(room));
  }

  private static Publication message(LogKey log, String id, int bytes) {
    byte[] data = ("\"" + "x".repeat(bytes) + "\"").getBytes(StandardCharsets.UTF_8);
    return new Publication(
        log, "chat", "ann", id, System.currentTimeMillis(), data, false, null, Retention.DEFAULT);
  }

  private static long append(HistoryStore store, LogKey log, String id, int bytes) {
    return store.append(List.of(message(log, id, bytes))).getFirst().position().seq();
  }

  private static Page all(HistoryStore store, LogKey log) {
    return store.after(log, 0, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  @Test
  void aLogThatHasReadersStaysHoweverManyOthersThereAre() {
    MemoryHistory store = new MemoryHistory();
    store.retain(READ);
    Position before = store.head(READ);
    append(store, READ, "m1", 10);
    for (int i = 0; i < 100_010; i++) {
      append(store, log("other" + i), "m", 1);
    }
    assertThat(append(store, READ, "m2", 10)).isEqualTo(2);
    assertThat(all(store, READ).entries()).hasSize(2);
    assertThat(store.head(READ).epoch()).isEqualTo(before.epoch());
    assertThat(all(store, log("other0")).entries()).as("that nobody reads").isEmpty();
    assertThat(store.head(log("other0")).epoch()).isNotEqualTo(before.epoch());
  }

  @Test
  void aReadersEpochHoldsThoughOthersAreForgottenBeforeAnythingIsInItsLog() {
    MemoryHistory store = new MemoryHistory(Clock.systemUTC(), MEBIBYTE);
    store.retain(READ);
    String epoch = store.head(READ).epoch();
    for (int i = 0; i < 100; i++) {
      append(store, log("other" + i), "m", 20_000);
    }
    append(store, READ, "m1", 10);
    assertThat(store.head(READ)).isEqualTo(new Position(epoch, 1));
  }

  @Test
  void beyondTheBytesLogsThatNobodyReadsGoFirst() {
    MemoryHistory store = new MemoryHistory(Clock.systemUTC(), MEBIBYTE);
    store.retain(READ);
    append(store, READ, "m1", 10_000);
    for (int i = 0; i < 200; i++) {
      append(store, log("other" + i), "m", 10_000);
    }
    assertThat(all(store, READ).entries()).hasSize(1);
    assertThat(all(store, log("other0")).entries()).isEmpty();
    assertThat(all(store, log("other199")).entries()).hasSize(1);
  }

  @Test
  void aLogWithoutReadersAnyMoreMayGo() {
    MemoryHistory store = new MemoryHistory(Clock.systemUTC(), MEBIBYTE);
    store.retain(READ);
    append(store, READ, "m1", 10_000);
    store.release(READ);
    for (int i = 0; i < 200; i++) {
      append(store, log("other" + i), "m", 10_000);
    }
    assertThat(all(store, READ).entries()).isEmpty();
    assertThat(append(store, READ, "m2", 10)).as("begun anew").isEqualTo(1);
  }

  @Test
  void ofLogsWithReadersTheLargestLetsGoOfItsOldestEntriesAndSeqsGoOn() {
    MemoryHistory store = new MemoryHistory(Clock.systemUTC(), MEBIBYTE);
    LogKey flooded = log("flooded");
    store.retain(READ);
    store.retain(flooded);
    append(store, READ, "m1", 10_000);
    String epoch = store.head(flooded).epoch();
    for (int i = 1; i <= 500; i++) {
      assertThat(append(store, flooded, "m" + i, 10_000)).isEqualTo(i);
    }
    append(store, READ, "m2", 10_000);
    assertThat(all(store, READ).entries()).as("of who is modest").hasSize(2);
    Page page = all(store, flooded);
    assertThat(page.head()).isEqualTo(new Position(epoch, 500));
    assertThat(page.entries().getLast().seq()).isEqualTo(500);
    assertThat(page.first()).isGreaterThan(440);
    assertThat(page.entries()).as("about what fits").hasSizeGreaterThan(40);
  }

  @Test
  void duplicateKeysCountAsWell() {
    MemoryHistory store = new MemoryHistory(Clock.systemUTC(), MEBIBYTE);
    store.retain(READ);
    for (int i = 1; i <= 20_000; i++) {
      assertThat(append(store, READ, "m" + i, 1)).isEqualTo(i);
    }
    assertThat(append(store, READ, "m20000", 1)).as("known").isEqualTo(20_000);
    assertThat(append(store, READ, "m1", 1)).as("too long ago").isEqualTo(20_001);
  }

  @Test
  void boundsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new MemoryHistory(Clock.systemUTC(), 0))
        .hasMessage("maxBytes: 0 (expected: 1 or more)");
  }
}
