package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.format.CborBytes;
import dev.switchboard.protocol.format.EncodingLimits;
import dev.switchboard.protocol.format.Utf8;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Checks that a message is one CBOR item that can also be expressed in JSON, apart from byte
 * strings ({@code spec/protocol.md#13-cbor}). It runs before anything else reads the message. What
 * it accepts may be relayed unchanged, so receivers need not check it. Confined to one thread, used
 * once.
 */
public final class CborCheck {
  /**
   * A map with at most this many keys is searched linearly for duplicates; a larger one uses a set.
   */
  private static final int FEW_KEYS = 16;

  private final byte[] bytes;
  private int at; // the index of the next byte
  private int start; // where the current item starts, for error messages

  private CborCheck(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks a whole message.
   *
   * @throws MalformedEnvelope if it is not valid
   */
  static void check(byte[] message) {
    CborCheck check = new CborCheck(message);
    check.item(0);
    if (check.at < message.length) {
      throw new MalformedEnvelope(
          null,
          "message: " + (message.length - check.at) + " extra bytes (expected: one CBOR item)");
    }
  }

  private void item(int depth) {
    int first = first();
    int major = first >> 5;
    if (major == CborBytes.OTHER) {
      other(first & 31);
      return;
    }
    long argument = argument(first & 31);
    switch (major) {
      case CborBytes.BYTES -> skip(argument);
      case CborBytes.TEXT -> text(argument);
      case CborBytes.ARRAY -> array(argument, depth + 1);
      case CborBytes.MAP -> map(argument, depth + 1);
      case CborBytes.TAG -> tagged(argument);
      default -> {} // an integer
    }
  }

  private int first() {
    start = at;
    if (at >= bytes.length) {
      throw wrong("the end", "more bytes");
    }
    return bytes[at++] & 0xFF;
  }

  /** Returns the argument of a head; negative if it is 2^63 or more. */
  private long argument(int info) {
    if (info < 24) {
      return info;
    }
    if (info == 31) {
      throw wrong("an indefinite length", "definite lengths");
    }
    if (info > 27) {
      throw wrong("a reserved head", "a head that RFC 8949 defines");
    }
    return fixed(1 << (info - 24));
  }

  private long fixed(int width) {
    if (bytes.length - at < width) {
      throw wrong("the end", "more bytes");
    }
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = (value << 8) | (bytes[at++] & 0xFF);
    }
    return value;
  }

  private void skip(long length) {
    if (length < 0 || length > bytes.length - at) {
      throw wrong("a length beyond the end", "more bytes");
    }
    at += (int) length;
  }

  private void text(long length) {
    int from = at;
    skip(length);
    if (!Utf8.sound(bytes, from, at)) {
      throw wrong("a text that is not UTF-8", "UTF-8");
    }
  }

  private void array(long count, int depth) {
    enter(count, depth);
    for (long i = 0; i < count; i++) {
      item(depth);
    }
  }

  private void map(long count, int depth) {
    enter(count, depth);
    int[] few = new int[(int) Math.min(count, FEW_KEYS) * 2];
    Set<String> many = count > FEW_KEYS ? new HashSet<>() : Set.of();
    for (int i = 0; i < count; i++) {
      int first = first();
      if (first >> 5 != CborBytes.TEXT) {
        throw wrong("a key that is not a text string", "text strings as keys");
      }
      long length = argument(first & 31);
      int from = at;
      text(length);
      boolean twice =
          count > FEW_KEYS
              ? !many.add(new String(bytes, from, at - from, StandardCharsets.UTF_8))
              : among(few, i, from);
      if (twice) {
        throw wrong("a duplicate key", "each key once");
      }
      item(depth);
    }
  }

  /** Whether the key from {@code from} to here is one of the previous keys. Remembers it. */
  private boolean among(int[] keys, int count, int from) {
    for (int i = 0; i < count; i++) {
      if (java.util.Arrays.equals(bytes, keys[2 * i], keys[2 * i + 1], bytes, from, at)) {
        return true;
      }
    }
    keys[2 * count] = from;
    keys[2 * count + 1] = at;
    return false;
  }

  private void enter(long count, int depth) {
    if (depth > EncodingLimits.MAX_DEPTH) {
      throw wrong("level " + depth, "at most " + EncodingLimits.MAX_DEPTH + " levels");
    }
    if (count < 0 || count > bytes.length - at) { // each element takes at least one byte
      throw wrong("a count beyond the end", "more bytes");
    }
  }

  private void other(int info) {
    switch (info) {
      case 20, 21, 22 -> {} // false, true, null
      case 25 -> finite((fixed(2) & 0x7C00) != 0x7C00);
      case 26 -> finite(Float.isFinite(Float.intBitsToFloat((int) fixed(4))));
      case 27 -> finite(Double.isFinite(Double.longBitsToDouble(fixed(8))));
      default -> throw wrong("simple value " + info, "false, true, null or a float");
    }
  }

  private void finite(boolean finite) {
    if (!finite) {
      throw wrong("a number that is not finite", "a finite number");
    }
  }

  private void tagged(long tag) {
    if (tag == CborBytes.TAG_POSITIVE || tag == CborBytes.TAG_NEGATIVE) {
      magnitude();
    } else if (tag == CborBytes.TAG_DECIMAL) {
      decimal();
    } else {
      throw wrong("tag " + Long.toUnsignedString(tag), "tag 2, 3 or 4");
    }
  }

  private void magnitude() {
    int first = first();
    long length = first >> 5 == CborBytes.BYTES ? argument(first & 31) : 0;
    if (length < 1 || length > EncodingLimits.MAX_NUMBER_BYTES) {
      throw wrong(
          "an invalid bignum", "a byte string of 1-" + EncodingLimits.MAX_NUMBER_BYTES + " bytes");
    }
    skip(length);
  }

  private void decimal() {
    if (first() != (CborBytes.ARRAY << 5 | 2)) {
      throw wrong("an invalid decimal", "an array of exponent and mantissa");
    }
    int first = first();
    long exponent = first >> 5 <= 1 ? argument(first & 31) : Long.MAX_VALUE;
    if (exponent < 0 || exponent >= EncodingLimits.MAX_EXPONENT) {
      throw wrong("an invalid exponent", "an integer above -10^5 and below 10^5");
    }
    int mantissa = first();
    if (mantissa >> 5 <= 1) {
      argument(mantissa & 31);
    } else if (mantissa == (CborBytes.TAG << 5 | 2) || mantissa == (CborBytes.TAG << 5 | 3)) {
      magnitude();
    } else {
      throw wrong("an invalid mantissa", "an integer");
    }
  }

  private MalformedEnvelope wrong(String what, String expected) {
    return new MalformedEnvelope(
        null, "message: " + what + " at byte " + start + " (expected: " + expected + ")");
  }
}
