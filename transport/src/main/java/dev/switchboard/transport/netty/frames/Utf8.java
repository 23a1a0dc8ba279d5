package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Validates UTF-8 (RFC 3629) incrementally, failing on the first invalid byte.
 *
 * <p>The state is an int: the number of missing continuation bytes (low 3 bits) and the range of
 * the next one (the two bytes above), which excludes overlong forms, surrogates and everything past
 * U+10FFFF.
 */
final class Utf8 {
  /** The state between two characters. */
  static final int ACCEPT = 0;

  /** The state after an invalid byte. */
  static final int REJECT = -1;

  private static final int ANY = 0x80 << 8 | 0xBF << 16;

  private Utf8() {}

  /** Returns the state after a range of bytes, given the state before it. */
  static int check(int state, ByteBuf buffer, int index, int length) {
    if (length == 0) {
      return state;
    }
    ByteBuffer bytes = buffer.internalNioBuffer(index, length);
    int at = bytes.position();
    int end = at + length;
    int now = state;
    while (at < end) {
      if (now == ACCEPT) {
        while (at <= end - 8 && (bytes.getLong(at) & Masking.NOT_ASCII) == 0) {
          at += 8;
        }
        if (at == end) {
          return ACCEPT;
        }
        now = lead(bytes.get(at++) & 0xff);
      } else {
        now = next(now, bytes.get(at++) & 0xff);
      }
      if (now == REJECT) {
        return REJECT;
      }
    }
    return now;
  }

  private static int lead(int b) {
    if (b < 0x80) {
      return ACCEPT;
    }
    if (b < 0xC2 || b > 0xF4) {
      return REJECT;
    }
    if (b < 0xE0) {
      return 1 | ANY;
    }
    if (b < 0xF0) {
      return switch (b) {
        case 0xE0 -> 2 | 0xA0 << 8 | 0xBF << 16;
        case 0xED -> 2 | 0x80 << 8 | 0x9F << 16;
        default -> 2 | ANY;
      };
    }
    return switch (b) {
      case 0xF0 -> 3 | 0x90 << 8 | 0xBF << 16;
      case 0xF4 -> 3 | 0x80 << 8 | 0x8F << 16;
      default -> 3 | ANY;
    };
  }

  private static int next(int state, int b) {
    if (b < ((state >>> 8) & 0xff) || b > (state >>> 16)) {
      return REJECT;
    }
    int missing = (state & 7) - 1;
    return missing == 0 ? ACCEPT : missing | ANY;
  }
}
