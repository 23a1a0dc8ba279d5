package dev.switchboard.transport.netty.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a head (RFC 9112 §2) in bytes that arrive in pieces, each byte looked at once.
 * Not thread-safe.
 */
final class HeadScanner {
  private final int limit;
  private int scanned;
  private int lineStart;

  HeadScanner(int limit) {
    this.limit = limit;
  }

  /** Whether nothing of the next head has arrived. */
  boolean untouched() {
    return scanned == 0;
  }

  /** Forgets what it saw, for the next head. */
  void reset() {
    scanned = 0;
    lineStart = 0;
  }

  /**
   * Takes a head off the front of the bytes; null if it is not all there. The lines end in CRLF,
   * the empty one is left out.
   *
   * @throws Refusal if it is too long or a line ends otherwise
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
