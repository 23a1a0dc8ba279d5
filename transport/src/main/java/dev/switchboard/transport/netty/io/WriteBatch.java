package dev.switchboard.transport.netty.io;

import dev.switchboard.transport.Prepared;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * What a connection sends in one turn of the loop: its own buffers and prepared messages, in order.
 * Confined to its loop.
 */
final class WriteBatch {
  private static final int KEPT = 64;

  /** Replaces a part that was handed over or released. */
  private static final Object GONE = new Object();

  /** Own buffers and prepared messages, in the first {@code size} slots. */
  private Object[] parts = new Object[4];

  /** The number of parts. */
  private int size;

  /** The length of all parts. */
  private long bytes;

  /** Whether all parts are prepared messages. */
  private boolean shared = true;

  void add(ByteBuf own) {
    append(own);
    bytes += own.readableBytes();
    shared = false;
  }

  /** Adds a message; takes over a reference to it. */
  void add(Prepared message) {
    append(message);
    bytes += message.frame().readableBytes();
  }

  /** Counts bytes written into the last own buffer after it was added. */
  void grew(int more) {
    bytes += more;
  }

  int size() {
    return size;
  }

  long bytes() {
    return bytes;
  }

  /** Whether all parts are prepared messages. */
  boolean shared() {
    return shared;
  }

  /** Returns the bytes of a part. The indices of a prepared message must not be moved. */
  ByteBuf buffer(int index) {
    return parts[index] instanceof Prepared message ? message.frame() : (ByteBuf) parts[index];
  }

  boolean isOwn(int index) {
    return parts[index] instanceof ByteBuf;
  }

  boolean same(Object[] others, int count) {
    return count == size && Arrays.equals(parts, 0, size, others, 0, count);
  }

  Object[] copyParts(Object[] target) {
    Object[] copy = target.length >= size ? target : new Object[parts.length];
    System.arraycopy(parts, 0, copy, 0, size);
    return copy;
  }

  /** Hands an own buffer over to the caller. */
  ByteBuf take(int index) {
    ByteBuf own = (ByteBuf) parts[index];
    parts[index] = GONE;
    return own;
  }

  /** Releases a part. */
  void release(int index) {
    Object part = parts[index];
    parts[index] = GONE;
    if (part instanceof Prepared message) {
      message.release();
    } else if (part instanceof ByteBuf own) {
      own.release();
    }
  }

  /** Releases the remaining parts and empties the batch. */
  void clear() {
    for (int i = 0; i < size; i++) {
      release(i);
    }
    if (parts.length > KEPT) {
      parts = new Object[4];
    } else {
      Arrays.fill(parts, 0, size, null);
    }
    size = 0;
    bytes = 0;
    shared = true;
  }

  private void append(Object part) {
    if (size == parts.length) {
      parts = Arrays.copyOf(parts, size * 2);
    }
    parts[size++] = part;
  }
}
