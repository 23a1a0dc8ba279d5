package dev.switchboard.transport.netty.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** Reads a request body of known length or in chunks (RFC 9112 §6, §7.1). Not thread-safe. */
final class BodyReader {
  private static final int MAX_LINE = 256;
  private static final int MAX_TRAILERS = 4096;

  private enum Step {
    DATA,
    SIZE,
    DATA_END,
    TRAILER,
    DONE
  }

  private final int limit;
  private final boolean chunked;

  /** What is expected next. */
  private Step step;

  /** The body so far, with room to grow. */
  private byte[] body;

  /** Bytes of the body that were read. */
  private int size;

  /** Bytes left in the body, or in the current chunk. */
  private long left;

  /** Bytes of chunk extensions and trailers, which are limited, too. */
  private int overhead;

  /**
   * Creates a reader for one body.
   *
   * @param length -1 if chunked
   */
  BodyReader(long length, int limit) {
    if (length > limit) {
      throw tooBig(limit);
    }
    this.limit = limit;
    this.chunked = length < 0;
    this.step = chunked ? Step.SIZE : Step.DATA;
    this.left = chunked ? 0 : length;
    this.body = new byte[chunked ? 512 : (int) Math.min(length, 16 << 10)];
  }

  /** Reads more bytes. Returns whether the body is complete. */
  boolean read(ByteBuf in) {
    boolean more = true;
    while (more && step != Step.DONE) {
      more =
          switch (step) {
            case DATA -> data(in);
            case SIZE -> size(in);
            case DATA_END -> dataEnd(in);
            case TRAILER -> trailer(in);
            case DONE -> false;
          };
    }
    return step == Step.DONE;
  }

  byte[] body() {
    return size == body.length ? body : Arrays.copyOf(body, size);
  }

  private boolean data(ByteBuf in) {
    int count = (int) Math.min(left, in.readableBytes());
    if (size + count > body.length) {
      body = Arrays.copyOf(body, (int) Math.min(limit, Math.max(size + count, 2L * body.length)));
    }
    in.readBytes(body, size, count);
    size += count;
    left -= count;
    if (left > 0) {
      return false;
    }
    step = chunked ? Step.DATA_END : Step.DONE;
    return true;
  }

  private boolean size(ByteBuf in) {
    int length = line(in);
    if (length < 0) {
      return false;
    }
    int start = in.readerIndex();
    int digits = 0;
    long value = 0;
    while (digits < length && Character.digit(in.getByte(start + digits), 16) >= 0) {
      value = value << 4 | Character.digit(in.getByte(start + digits), 16);
      if (++digits > 8) {
        throw tooBig(limit);
      }
    }
    if (digits == 0 || (digits < length && in.getByte(start + digits) != ';')) {
      throw new Refusal(400, "chunk: without a proper size");
    }
    in.skipBytes(length + 2);
    overhead += length - digits;
    if (overhead > MAX_TRAILERS) {
      throw new Refusal(400, "chunk extensions: longer than " + MAX_TRAILERS + " bytes");
    }
    if (size + value > limit) {
      throw tooBig(limit);
    }
    left = value;
    step = value == 0 ? Step.TRAILER : Step.DATA;
    return true;
  }

  private boolean dataEnd(ByteBuf in) {
    if (in.readableBytes() < 2) {
      return false;
    }
    if (in.readUnsignedShort() != ('\r' << 8 | '\n')) {
      throw new Refusal(400, "chunk: longer than its size");
    }
    step = Step.SIZE;
    return true;
  }

  private boolean trailer(ByteBuf in) {
    int length = line(in);
    if (length < 0) {
      return false;
    }
    in.skipBytes(length + 2);
    overhead += length;
    if (overhead > MAX_TRAILERS) {
      throw new Refusal(431, "trailers: longer than " + MAX_TRAILERS + " bytes");
    }
    if (length == 0) {
      step = Step.DONE;
    }
    return true;
  }

  /** Returns the length of the first line, without its CRLF; -1 if it is not complete. */
  private static int line(ByteBuf in) {
    int newline = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    if (newline < 0 && in.readableBytes() <= MAX_LINE + 1) {
      return -1;
    }
    int length = newline - in.readerIndex() - 1;
    if (length < 0 || length > MAX_LINE || in.getByte(newline - 1) != '\r') {
      throw new Refusal(400, "chunk: line not ended by CRLF within " + MAX_LINE + " bytes");
    }
    return length;
  }

  private static Refusal tooBig(int limit) {
    return new Refusal(413, "body: longer than " + limit + " bytes");
  }
}
