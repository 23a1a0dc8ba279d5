package dev.switchboard.client.outbox;

import dev.switchboard.client.outbox.OutboxRecord.Done;
import dev.switchboard.client.outbox.OutboxRecord.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a client's outbox: a header, followed by {@link OutboxRecord}s that are only ever
 * appended. Confined to one thread at a time.
 *
 * <p>{@code length} is the end of the last whole record and advances only after a successful write.
 * A failed write is undone by truncating to it; if even that fails, the file is {@code broken} and
 * takes no more. Messages are synced before {@link #write} returns. The record that strikes a
 * message out is not: if a crash loses it, the message is sent again, and the server recognizes it
 * as a duplicate.
 *
 * <p>When less than half of the file is still needed, the needed records are copied to a new file,
 * which is synced and then replaces this one atomically. A crash at any point leaves one complete
 * file.
 */
final class OutboxFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxFile.class);
  private static final long SLACK = 1 << 20;

  private final Path path;
  private final PrivateFile.Lock lock;
  private final Map<Long, Extent> live = new LinkedHashMap<>(); // the stored messages, by number
  private FileChannel channel; // replaced by compact()
  private long length; // where the next record goes
  private long liveBytes; // the size of the records in live
  private long lastNumber; // the highest number given out; never reused
  private boolean broken; // whether a failed write could not be undone

  /** Where a record is. */
  private record Extent(long at, int length) {}

  private OutboxFile(Path path, PrivateFile.Lock lock, FileChannel channel) {
    this.path = path;
    this.lock = lock;
    this.channel = channel;
  }

  /**
   * Opens or creates the file, and repairs what a crash has left.
   *
   * @param restored receives the stored messages, in order
   * @throws IllegalStateException if another client is using the file
   * @throws IllegalArgumentException if the file is not an outbox
   * @throws UncheckedIOException if it can't be read or written
   */
  static OutboxFile open(Path path, List<Stored> restored) {
    try {
      PrivateFile.Lock lock = PrivateFile.lock(path);
      try {
        Files.deleteIfExists(beside(path, ".new"));
        OutboxFile file = new OutboxFile(path, lock, PrivateFile.open(path));
        file.recover(restored);
        return file;
      } catch (IOException | RuntimeException failed) {
        lock.close();
        throw failed;
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("outbox: " + path + ": " + failed.getMessage(), failed);
    }
  }

  private static Path beside(Path path, String ending) {
    return path.resolveSibling(path.getFileName() + ending);
  }

  private void recover(List<Stored> restored) throws IOException {
    OutboxRecovery found = OutboxRecovery.read(Files.readAllBytes(path));
    if (found == null) {
      throw new IllegalArgumentException(
          "outbox: " + path + " is another kind of file (expected: an outbox, or no file)");
    }
    for (OutboxRecovery.Found each : found.live().values()) {
      restored.add(each.message());
      keep(each.message().number(), each.at(), each.length());
    }
    lastNumber = found.lastNumber();
    length = found.end();
    if (found.damaged()) {
      Path kept = beside(path, ".damaged");
      Files.copy(
          path, kept, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      LOG.warn(
          "outbox: {} is damaged; readable messages are sent, and the original file is kept as {}",
          path,
          kept);
      compact();
    } else if (length < OutboxRecovery.HEADER.length) {
      writeFully(channel, ByteBuffer.wrap(OutboxRecovery.HEADER), 0);
      length = OutboxRecovery.HEADER.length;
      channel.force(true);
      PrivateFile.forceFolder(path);
    } else if (channel.size() > length) {
      channel.truncate(length);
      channel.force(false);
    }
  }

  /** Returns a number for a new message. */
  long nextNumber() {
    return ++lastNumber;
  }

  /** Returns how many messages are stored. */
  int size() {
    return live.size();
  }

  /**
   * Appends all records or none. New messages are on disk when it returns.
   *
   * @throws IOException if the disk is full or failing; then the file is unchanged
   */
  void write(List<? extends OutboxRecord> records) throws IOException {
    if (broken) {
      throw new IOException(path + " can't be written after an earlier failure");
    }
    List<byte[]> parts = records.stream().map(OutboxRecord::bytes).toList();
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(all::put);
    try {
      writeFully(channel, all.flip(), length);
      if (records.stream().anyMatch(Stored.class::isInstance)) {
        channel.force(false);
      }
    } catch (IOException failed) {
      cutBack(failed);
      throw failed;
    }
    for (int i = 0; i < parts.size(); i++) {
      int size = parts.get(i).length;
      switch (records.get(i)) {
        case Stored stored -> keep(stored.number(), length, size);
        case Done done -> forget(done.number());
      }
      length += size;
    }
    tidy();
  }

  private void cutBack(IOException failed) {
    try {
      channel.truncate(length);
    } catch (IOException again) {
      failed.addSuppressed(again);
      broken = true;
    }
  }

  private void keep(long number, long at, int size) {
    live.put(number, new Extent(at, size));
    liveBytes += size;
  }

  private void forget(long number) {
    Extent gone = live.remove(number);
    if (gone != null) {
      liveBytes -= gone.length;
    }
  }

  private void tidy() {
    if (length <= 2 * liveBytes + SLACK) {
      return;
    }
    try {
      compact();
    } catch (IOException failed) {
      LOG.warn("outbox: {} could not be compacted", path, failed);
    }
  }

  /** Copies the needed records to a new file, which then replaces this one. */
  private void compact() throws IOException {
    Path next = beside(path, ".new");
    Map<Long, Extent> moved = new LinkedHashMap<>();
    long end = OutboxRecovery.HEADER.length;
    Files.deleteIfExists(next);
    FileChannel fresh = PrivateFile.open(next);
    try {
      writeFully(fresh, ByteBuffer.wrap(OutboxRecovery.HEADER), 0);
      for (Map.Entry<Long, Extent> each : live.entrySet()) {
        Extent from = each.getValue();
        ByteBuffer record = ByteBuffer.allocate(from.length);
        while (record.hasRemaining() && channel.read(record, from.at + record.position()) >= 0) {}
        writeFully(fresh, record.flip(), end);
        moved.put(each.getKey(), new Extent(end, from.length));
        end += from.length;
      }
      fresh.force(true);
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      fresh.close();
      throw failed;
    }
    channel.close();
    channel = fresh;
    live.putAll(moved);
    length = end;
    PrivateFile.forceFolder(path);
  }

  private static void writeFully(FileChannel to, ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += to.write(bytes, position);
    }
  }

  /** Releases the file. */
  @Override
  public void close() {
    try (lock;
        FileChannel last = channel) {
      if (live.isEmpty() && !broken) {
        last.truncate(OutboxRecovery.HEADER.length);
      }
    } catch (IOException failed) {
      LOG.warn("outbox: {} could not be closed properly", path, failed);
    }
  }
}
