package dev.switchboard.spi.contract;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sample publications, and accessors for the answers. */
final class Samples {
  static final LogKey GENERAL = new LogKey("/ws", Address.room("general"));

  /** No bound on the bytes of a page. */
  static final long ANY = Long.MAX_VALUE;

  static final Retention KEEP = new Retention(100_000, Duration.ofDays(1));

  private static final byte @Nullable [] NO_DATA = null;

  private Samples() {}

  static Publication from(@Nullable String from, @Nullable String messageId) {
    return in(GENERAL, from, messageId, KEEP);
  }

  static Publication kept(String messageId, Retention retention) {
    return in(GENERAL, "ann", messageId, retention);
  }

  static Publication in(LogKey log, String messageId) {
    return in(log, "ann", messageId, KEEP);
  }

  static Publication in(
      LogKey log, @Nullable String from, @Nullable String messageId, Retention retention) {
    byte[] data = ("{\"message\":\"" + messageId + "\"}").getBytes(StandardCharsets.UTF_8);
    return new Publication(
        log, "chat", from, messageId, System.currentTimeMillis(), data, false, null, retention);
  }

  static Publication aged(String messageId, Duration age, Retention retention) {
    long timestamp = System.currentTimeMillis() - age.toMillis();
    return new Publication(
        GENERAL, "chat", "ann", messageId, timestamp, NO_DATA, false, null, retention);
  }

  static Publication sized(int bytes, Retention retention) {
    return new Publication(
        GENERAL,
        "chat",
        "ann",
        null,
        System.currentTimeMillis(),
        new byte[bytes],
        false,
        null,
        retention);
  }

  static Publication fleeting() {
    return new Publication(GENERAL, "typing", "ann", null, 1, NO_DATA, true, null, KEEP);
  }

  static Publication without(String session) {
    return new Publication(GENERAL, "chat", "ann", null, 1, NO_DATA, false, session, KEEP);
  }

  static Publication data(byte @Nullable [] data) {
    return new Publication(
        GENERAL, "chat", "ann", null, System.currentTimeMillis(), data, false, null, KEEP);
  }

  /** Returns publications with the message IDs {@code m1} to {@code m<count>}. */
  static List<Publication> many(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> from("ann", "m" + i)).toList();
  }

  static List<Long> seqs(List<Committed> results) {
    return results.stream().map(result -> result.position().seq()).toList();
  }

  static List<Boolean> duplicates(List<Committed> results) {
    return results.stream().map(Committed::duplicate).toList();
  }

  static List<Long> seqs(Page page) {
    return page.entries().stream().map(Entry::seq).toList();
  }

  static List<@Nullable String> messageIds(Page page) {
    return page.entries().stream().<@Nullable String>map(Entry::messageId).toList();
  }
}
