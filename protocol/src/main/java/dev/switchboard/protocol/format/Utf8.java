package dev.switchboard.protocol.format;

/** Encodes and checks UTF-8. A lone surrogate, which has no encoding, becomes U+FFFD. Stateless. */
public final class Utf8 {
  private static final int REPLACEMENT = 0xFFFD;

  private Utf8() {}

  /** Returns the code point that starts at this index, or U+FFFD for a lone surrogate. */
  public static int pointAt(String text, int index) {
    int point = text.codePointAt(index);
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
        ? REPLACEMENT
        : point;
  }

  /** Returns the length of a text in UTF-8. */
  static int length(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        int point = pointAt(text, i);
        int chars = Character.charCount(point);
        bytes += size(point) - chars;
        i += chars - 1;
      }
    }
    return bytes;
  }

  private static int size(int point) {
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }

  /** Writes one code point and returns the index after it. */
  public static int put(int point, byte[] bytes, int at) {
    int next = at;
    switch (size(point)) {
      case 1 -> bytes[next++] = (byte) point;
      case 2 -> {
        bytes[next++] = (byte) (0xC0 | point >> 6);
        bytes[next++] = continuation(point);
      }
      case 3 -> {
        bytes[next++] = (byte) (0xE0 | point >> 12);
        bytes[next++] = continuation(point >> 6);
        bytes[next++] = continuation(point);
      }
      default -> {
        bytes[next++] = (byte) (0xF0 | point >> 18);
        bytes[next++] = continuation(point >> 12);
        bytes[next++] = continuation(point >> 6);
        bytes[next++] = continuation(point);
      }
    }
    return next;
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  /** Writes a text and returns the index after it. */
  public static int put(String text, byte[] bytes, int at) {
    int next = at;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes[next++] = (byte) c;
      } else {
        int point = pointAt(text, i);
        next = put(point, bytes, next);
        i += Character.charCount(point) - 1;
      }
    }
    return next;
  }

  /** Whether the bytes are well-formed UTF-8 (RFC 3629 §4). */
  public static boolean sound(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int first = bytes[at++];
      if (first < 0) {
        int more = following(first & 0xFF, at < to ? bytes[at] & 0xFF : 0);
        if (more == 0 || to - at < more) {
          return false;
        }
        for (int end = at + more; at < end; at++) {
          if ((bytes[at] & 0xC0) != 0x80) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** Returns how many bytes follow the first one; 0 if no character starts with these two bytes. */
  private static int following(int first, int second) {
    if (first >= 0xC2 && first <= 0xDF) {
      return 1;
    }
    if (first >= 0xE0 && first <= 0xEF) {
      boolean overlong = first == 0xE0 && second < 0xA0;
      boolean surrogate = first == 0xED && second > 0x9F;
      return overlong || surrogate ? 0 : 2;
    }
    if (first >= 0xF0 && first <= 0xF4) {
      boolean overlong = first == 0xF0 && second < 0x90;
      boolean beyond = first == 0xF4 && second > 0x8F;
      return overlong || beyond ? 0 : 3;
    }
    return 0;
  }
}
