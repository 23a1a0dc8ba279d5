package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Checks UTF-8 (RFC 3629) piece by piece, failing on the first byte that can't be part of it.
 *
 * <p>The state is an int: how many continuation bytes are missing (low 3 bits) and the range the
 * next one must be in (two bytes above), which is what tells overlong forms, surrogates and
 * everything past U+10FFFF.
 */
final class Utf8 {
  /** Between two characters. */
  static final int ACCEPT = 0;

  /** Not UTF-8, whatever follows. */
  static final int REJECT = -1;

  private static final int ANY = 0x80 << 8 | 0xBF << 16;

  private Utf8() {}

  /** The state after a range of bytes, given the one before it. */
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
