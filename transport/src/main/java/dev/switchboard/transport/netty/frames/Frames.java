package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.Prepared;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Writes frame headers and frames whole messages (RFC 6455 §5.2). */
public final class Frames {
  static final int FIN = 0x80;
  static final int RSV1 = 0x40;

  /** RSV1, RSV2 and RSV3. */
  static final int RESERVED = 0x70;

  static final int MASKED = 0x80;

  /** Longest payload of a control frame (RFC 6455 §5.5). */
  static final int MAX_CONTROL = 125;

  private Frames() {}

  /** Returns the length of a frame's header. */
  static int headerBytes(int length, boolean masked) {
    int base = length <= 125 ? 2 : length <= 0xffff ? 4 : 10;
    return masked ? base + 4 : base;
  }

  /** Writes an unmasked header. */
  static void header(ByteBuf out, int first, int length) {
    lead(out, first, 0, length);
  }

  /** Writes a masked header. */
  static void maskedHeader(ByteBuf out, int first, int length, int key) {
    lead(out, first, MASKED, length);
    out.writeInt(key);
  }

  /** Frames a message for many connections. The payload is copied; the caller keeps the buffer. */
  public static Prepared prepare(boolean text, ByteBuf payload) {
    return prepare(text ? Opcode.TEXT : Opcode.BINARY, 0, payload);
  }

  /**
   * Frames a whole message in one frame, for many connections. The payload is copied; the caller
   * keeps the buffer.
   *
   * @param reserved {@link #RSV1} if the payload is compressed, otherwise 0
   */
  static Prepared prepare(int opcode, int reserved, ByteBuf payload) {
    int length = payload.readableBytes();
    int headerBytes = headerBytes(length, false);
    ByteBuf frame =
        UnpooledByteBufAllocator.DEFAULT.directBuffer(headerBytes + length, headerBytes + length);
    header(frame, FIN | reserved | opcode, length);
    frame.writeBytes(payload, payload.readerIndex(), length);
    return new Prepared(opcode, headerBytes, frame);
  }

  private static void lead(ByteBuf out, int first, int maskBit, int length) {
    if (length <= 125) {
      out.writeShort(first << 8 | maskBit | length);
    } else if (length <= 0xffff) {
      out.writeInt((first << 8 | maskBit | 126) << 16 | length);
    } else {
      out.writeShort(first << 8 | maskBit | 127);
      out.writeLong(length);
    }
  }
}
