package dev.switchboard.transport;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/** A source that gives its bytes in chunks of chosen lengths, one for each read. */
final class Chunks extends InputStream {
  final AtomicBoolean closed = new AtomicBoolean();
  private final Queue<byte[]> chunks = new ArrayDeque<>();

  Chunks(byte[]... chunks) {
    this.chunks.addAll(List.of(chunks));
  }

  /** A message cut at these lengths, but for those that are 0. */
  static Chunks of(byte[] message, int... lengths) {
    Chunks made = new Chunks();
    int from = 0;
    for (int length : lengths) {
      if (length > 0) {
        made.chunks.add(Arrays.copyOfRange(message, from, from + length));
        from += length;
      }
    }
    return made;
  }

  @Override
  public int read() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(byte[] into, int from, int length) {
    byte[] chunk = chunks.poll();
    if (chunk == null) {
      return -1;
    }
    System.arraycopy(chunk, 0, into, from, chunk.length);
    return chunk.length;
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
