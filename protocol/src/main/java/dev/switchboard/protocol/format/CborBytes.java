package dev.switchboard.protocol.format;

import java.math.BigInteger;
import java.util.Arrays;

/** A growing buffer that CBOR items are written to (RFC 8949 §3). Confined to one thread. */
public final class CborBytes {
  /** Major types (RFC 8949 §3.1). */
  public static final int BYTES = 2;

  public static final int TEXT = 3;
  public static final int ARRAY = 4;
  public static final int MAP = 5;
  public static final int TAG = 6;
  public static final int OTHER = 7;

  /** Tags of bignums and decimals (RFC 8949 §3.4.3 and §3.4.4). */
  public static final int TAG_POSITIVE = 2;

  public static final int TAG_NEGATIVE = 3;
  public static final int TAG_DECIMAL = 4;

  private byte[] bytes; // replaced by a larger array when full
  private int at; // how much of it is used

  public CborBytes(int size) {
    bytes = new byte[size];
  }

  public int size() {
    return at;
  }

  public byte[] toArray() {
    return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
  }

  /** Writes the head of an item: a length, a count, a tag number, or an entire integer. */
  public void head(int major, long argument) {
    room(9);
    at = put(major, argument, at);
  }

  private int put(int major, long argument, int where) {
    int next = where;
    if (argument >= 0 && argument < 24) {
      bytes[next++] = (byte) (major << 5 | (int) argument);
      return next;
    }
    int width = width(argument);
    bytes[next++] = (byte) (major << 5 | 24 + Integer.numberOfTrailingZeros(width));
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      bytes[next++] = (byte) (argument >>> shift);
    }
    return next;
  }

  /** Returns how many bytes follow the first byte of a head. */
  private static int width(long argument) {
    if (argument >>> 32 != 0) {
      return 8;
    }
    return argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x10000 ? 2 : 4;
  }

  /**
   * Sets the count of a container whose head was written at {@code where} with a count of 0. If the
   * count needs a longer head, moves what follows.
   */
  public void count(int where, int count) {
    int more = width(count);
    int major = (bytes[where] & 0xFF) >> 5;
    room(more);
    System.arraycopy(bytes, where + 1, bytes, where + 1 + more, at - where - 1);
    at += more;
    put(major, count, where);
  }

  public void integer(long value) {
    if (value >= 0) {
      head(0, value);
    } else {
      head(1, ~value);
    }
  }

  /** Writes an integer of any size (RFC 8949 §3.4.3). */
  public void integer(BigInteger value) {
    boolean negative = value.signum() < 0;
    BigInteger magnitude = negative ? value.not() : value;
    if (magnitude.bitLength() <= Long.SIZE) {
      head(negative ? 1 : 0, magnitude.longValue());
    } else {
      head(TAG, negative ? TAG_NEGATIVE : TAG_POSITIVE);
      byte[] all = magnitude.toByteArray();
      int sign = all[0] == 0 ? 1 : 0;
      bytes(all, sign, all.length - sign);
    }
  }

  public void flag(boolean value) {
    head(OTHER, value ? 21 : 20);
  }

  public void nothing() {
    head(OTHER, 22);
  }

  public void real(double value) {
    room(9);
    bytes[at++] = (byte) (OTHER << 5 | 27);
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[at++] = (byte) (bits >>> shift);
    }
  }

  public void text(String value) {
    int length = Utf8.length(value);
    head(TEXT, length);
    room(length);
    at = Utf8.put(value, bytes, at);
  }

  public void bytes(byte[] value, int from, int length) {
    head(BYTES, length);
    room(length);
    System.arraycopy(value, from, bytes, at, length);
    at += length;
  }

  /** Writes items that are already encoded as CBOR. */
  public void raw(byte[] items) {
    room(items.length);
    System.arraycopy(items, 0, bytes, at, items.length);
    at += items.length;
  }

  private void room(int more) {
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.max(at + more, bytes.length * 2));
    }
  }
}
