package dev.switchboard.transport.netty.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a message head (RFC 9112 §2) in bytes that arrive in pieces. Looks at each byte
 * once. Not thread-safe.
 */
final class HeadScanner {
  private final int limit;

  /** Bytes of the head that were looked at. */
  private int scanned;

  /** Where the current line starts, counted from the head's start. */
  private int lineStart;

  HeadScanner(int limit) {
    this.limit = limit;
  }

  /** Whether nothing of the next head has arrived. */
  boolean untouched() {
    return scanned == 0;
  }

  /** Starts over, for the next head. */
  void reset() {
    scanned = 0;
    lineStart = 0;
  }

  /**
   * Removes a head from the front of the bytes and returns it; null if it is not complete. Its
   * lines end in CRLF; the empty line is left out.
   *
   * @throws Refusal if it is too long or a line does not end in CRLF
   */
  @Nullable String take(ByteBuf in) {
    int base = in.readerIndex();
    int end = in.writerIndex();
    for (int at = base + scanned; ; ) {
      int newline = in.indexOf(at, end, (byte) '\n');
      if (newline < 0) {
        scanned = end - base;
        break;
      }
      if (newline == base + lineStart || in.getByte(newline - 1) != '\r') {
        throw new Refusal(400, "line: ended by a bare line feed");
      }
      boolean empty = newline - 1 == base + lineStart;
      at = newline + 1;
      if (empty && lineStart > 0) {
        return head(in, base, at);
      }
      if (empty) {
        // RFC 9112 §2.2: empty lines ahead of a request are skipped.
        in.readerIndex(at);
        base = at;
      } else {
        lineStart = at - base;
      }
    }
    if (scanned > limit) {
      throw new Refusal(431, "head: longer than " + limit + " bytes");
    }
    return null;
  }

  private String head(ByteBuf in, int base, int end) {
    if (end - base > limit) {
      throw new Refusal(431, "head: longer than " + limit + " bytes");
    }
    String head = in.toString(base, end - base - 2, StandardCharsets.ISO_8859_1);
    in.readerIndex(end);
    reset();
    for (int cr = head.indexOf('\r'); cr >= 0; cr = head.indexOf('\r', cr + 1)) {
      if (cr + 1 >= head.length() || head.charAt(cr + 1) != '\n') {
        throw new Refusal(400, "line: bare carriage return within");
      }
    }
    return head;
  }
}
