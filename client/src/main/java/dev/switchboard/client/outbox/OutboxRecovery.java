package dev.switchboard.client.outbox;

import dev.switchboard.client.outbox.OutboxRecord.Done;
import dev.switchboard.client.outbox.OutboxRecord.Stored;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What an outbox's file contains, whatever happened to it.
 *
 * <p>A crash leaves an incomplete last record, which is ignored. Anything else that does not match
 * its checksum is damage: reading continues at the next complete record.
 *
 * @param live the messages still needed, by number, in order
 * @param lastNumber the highest number used
 * @param end where the last record ends; 0 if even the header is incomplete
 * @param damaged whether some of it could not be read
 */
record OutboxRecovery(SequencedMap<Long, Found> live, long lastNumber, long end, boolean damaged) {

  static final byte[] HEADER = "SWITCHBOARD-OB1\n".getBytes(StandardCharsets.US_ASCII);

  /** A message and its position. */
  record Found(Stored message, long at, int length) {}

  /** Reads a file; returns null if it is not an outbox. */
  static @Nullable OutboxRecovery read(byte[] file) {
    int known = Math.min(HEADER.length, file.length);
    boolean header = Arrays.equals(file, 0, known, HEADER, 0, known); // as far as it was written
    if (header && known < HEADER.length) {
      return new OutboxRecovery(new LinkedHashMap<>(), 0, 0, false);
    }
    int first = header ? HEADER.length : next(file, 0);
    return first < 0 ? null : read(file, first, !header);
  }

  private static OutboxRecovery read(byte[] file, int first, boolean damagedBefore) {
    SequencedMap<Long, Found> live = new LinkedHashMap<>();
    long lastNumber = 0;
    boolean damaged = damagedBefore;
    int at = first;
    while (at < file.length) {
      int length = OutboxRecord.length(file, at);
      if (length == 0) {
        int next = next(file, at + 1);
        if (next < 0) {
          damaged |= complete(file, at);
          break;
        }
        damaged = true;
        at = next;
        continue;
      }
      OutboxRecord record = OutboxRecord.read(file, at, length);
      switch (record) {
        case null -> damaged = true;
        case Stored stored -> live.put(stored.number(), new Found(stored, at, length));
        case Done done -> live.remove(done.number());
      }
      lastNumber = record == null ? lastNumber : Math.max(lastNumber, record.number());
      at += length;
    }
    return new OutboxRecovery(live, lastNumber, at, damaged);
  }

  /** Returns where the next complete record starts; -1 if there is none. */
  private static int next(byte[] file, int from) {
    for (int at = from; at <= file.length - OutboxRecord.HEAD; at++) {
      if (OutboxRecord.length(file, at) > 0) {
        return at;
      }
    }
    return -1;
  }

  /** Whether the record that starts here has its full length, so that it was not cut off. */
  private static boolean complete(byte[] file, int at) {
    int rest = file.length - at - OutboxRecord.HEAD;
    return rest >= 0
        && (OutboxRecord.int32(file, at) != OutboxRecord.MARK
            || Math.max(0, OutboxRecord.int32(file, at + 4)) <= rest);
  }
}
