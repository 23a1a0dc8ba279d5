package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Applies a masking key in place (RFC 6455 §5.3), eight bytes at a time. */
final class Masking {
  /** The sign bits of eight bytes: if none is set, all are ASCII. */
  static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Masking() {}

  /**
   * XORs a range with the key.
   *
   * @param key the frame's key, rotated left by the bytes already done: see {@link #advance}
   * @return all resulting bytes ORed together, eight at a time, to be tested with {@link
   *     #NOT_ASCII}
   */
  static long apply(ByteBuf buffer, int index, int length, int key) {
    if (length == 0) {
      return 0;
    }
    ByteBuffer bytes = buffer.internalNioBuffer(index, length);
    int at = bytes.position();
    int end = at + length;
    long wide = ((long) key << 32) | (key & 0xffff_ffffL);
    long seen = 0;
    for (int last = end - 32; at <= last; at += 32) {
      long a = bytes.getLong(at) ^ wide;
      long b = bytes.getLong(at + 8) ^ wide;
      long c = bytes.getLong(at + 16) ^ wide;
      long d = bytes.getLong(at + 24) ^ wide;
      bytes.putLong(at, a);
      bytes.putLong(at + 8, b);
      bytes.putLong(at + 16, c);
      bytes.putLong(at + 24, d);
      seen |= a | b | c | d;
    }
    for (int last = end - 8; at <= last; at += 8) {
      long word = bytes.getLong(at) ^ wide;
      bytes.putLong(at, word);
      seen |= word;
    }
    for (int shift = 24; at < end; at++, shift = (shift - 8) & 31) {
      byte one = (byte) (bytes.get(at) ^ (key >>> shift));
      bytes.put(at, one);
      seen |= one;
    }
    return seen;
  }

  /** Returns the bytes of a range ORed together, without changing them. */
  static long or(ByteBuf buffer, int index, int length) {
    if (length == 0) {
      return 0;
    }
    ByteBuffer bytes = buffer.internalNioBuffer(index, length);
    int at = bytes.position();
    int end = at + length;
    long seen = 0;
    for (int last = end - 8; at <= last; at += 8) {
      seen |= bytes.getLong(at);
    }
    for (; at < end; at++) {
      seen |= bytes.get(at);
    }
    return seen;
  }

  /** Returns the key for the bytes after the first {@code done}. */
  static int advance(int key, int done) {
    return Integer.rotateLeft(key, (done & 3) << 3);
  }
}
