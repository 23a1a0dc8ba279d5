package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Parses received bytes into frames and enforces RFC 6455 §5. The payloads of data frames go to a
 * {@link MessageReader}. Not thread-safe.
 *
 * <p>Bytes may be split anywhere. The reader is in one of three states. Between frames, {@code
 * header} holds the bytes of an incomplete header, if any, and is never longer than the header it
 * starts. Within a frame, {@code inFrame} is set and {@code remaining} counts the payload bytes to
 * come; a control frame's are collected in {@code control}. After a close frame, a violation or
 * {@link #release}, {@code ended} is set and everything is skipped. A frame whose payload is
 * complete in the input is handled in place, without entering the second state. The first two bytes
 * of a header are checked as soon as they are there, so a peer can't delay a violation by
 * withholding the rest.
 */
final class FrameReader {
  /** Receives what was read. Views are valid only during the call. */
  interface Sink {
    /** Receives a complete text message. */
    void text(ByteBuf view);

    /** Receives a complete binary message. */
    void binary(ByteBuf view);

    /** Receives a piece of a binary message, if pieces are wanted. */
    void fragment(ByteBuf view, boolean last);

    /** Receives a ping. */
    void ping(ByteBuf view);

    /** Receives a pong. */
    void pong(ByteBuf view);

    /** Receives a valid close frame, with 1005 if it has no code. Nothing is read after it. */
    void closing(int code, String reason);

    /** Called when the peer violated the protocol. Nothing is read after it. */
    void violation(int code, String reason);

    /** Whether to stop reading for now. */
    boolean paused();
  }

  private static final int HEADER_BYTES = 14;

  private final Sink sink;
  private final boolean masked;
  private final int maxFrame;
  private final MessageReader messages;

  /** Whether reading is over; never false again. */
  private boolean ended;

  /** The start of a header that has not arrived completely. */
  private @Nullable ByteBuf header;

  /** Whether payload of the current frame is still to come. */
  private boolean inFrame;

  /** Whether the frame is the last of its message. */
  private boolean fin;

  /** The frame's opcode. */
  private int opcode;

  /** The masking key, rotated to the next payload byte. */
  private int key;

  /** Payload bytes of the frame that are still to come. */
  private int remaining;

  /** The payload of a control frame that has not arrived completely. */
  private @Nullable ByteBuf control;

  /**
   * Creates a reader for one connection.
   *
   * @param masked whether frames must be masked (a client's) or must not be
   * @param pieces whether binary messages go to {@link Sink#fragment}
   * @param decompressor if compression was negotiated; without it RSV1 is refused
   */
  FrameReader(
      Sink sink,
      ByteBufAllocator memory,
      boolean masked,
      boolean pieces,
      int maxFrame,
      int maxMessage,
      @Nullable Decompressor decompressor) {
    this.sink = sink;
    this.masked = masked;
    this.maxFrame = maxFrame;
    this.messages = new MessageReader(this, sink, memory, pieces, maxMessage, decompressor);
  }

  /**
   * Creates a reader without compression.
   *
   * @param masked whether frames must be masked (a client's) or must not be
   * @param pieces whether binary messages go to {@link Sink#fragment}
   */
  FrameReader(
      Sink sink,
      ByteBufAllocator memory,
      boolean masked,
      boolean pieces,
      int maxFrame,
      int maxMessage) {
    this(sink, memory, masked, pieces, maxFrame, maxMessage, null);
  }

  /** Reads until the bytes are used up or the sink is paused. Skips everything after the end. */
  void read(ByteBuf in) {
    while (!ended && in.isReadable() && !sink.paused()) {
      if (inFrame) {
        payload(in);
      } else {
        header(in);
      }
    }
    if (ended) {
      in.skipBytes(in.readableBytes());
    }
  }

  /** Frees collected bytes; nothing is read after this. */
  void release() {
    ended = true;
    header = drop(header);
    control = drop(control);
    messages.release();
  }

  static @Nullable ByteBuf drop(@Nullable ByteBuf buffer) {
    if (buffer != null) {
      buffer.release();
    }
    return null;
  }

  private void header(ByteBuf in) {
    ByteBuf partial = header;
    if (partial != null) {
      if (!complete(partial, in)) {
        return;
      }
      header = null;
      parse(partial, in);
      partial.release();
    } else if (in.readableBytes() >= 2 && in.readableBytes() >= headerBytes(in)) {
      parse(in, in);
    } else {
      header = Unpooled.buffer(HEADER_BYTES, HEADER_BYTES);
      header.writeBytes(in);
      early(header);
    }
  }

  private static int headerBytes(ByteBuf in) {
    int second = in.getByte(in.readerIndex() + 1);
    int length = second & 0x7f;
    return (length == 126 ? 4 : length == 127 ? 10 : 2) + (second < 0 ? 4 : 0);
  }

  private boolean complete(ByteBuf partial, ByteBuf in) {
    int wanted = partial.readableBytes() < 2 ? 2 : headerBytes(partial);
    partial.writeBytes(in, Math.min(wanted - partial.readableBytes(), in.readableBytes()));
    early(partial);
    return !ended
        && partial.readableBytes() >= 2
        && partial.readableBytes() == headerBytes(partial);
  }

  /** Checks the first two bytes without waiting for the rest of the header. */
  private void early(ByteBuf partial) {
    if (partial.readableBytes() >= 2) {
      int start = partial.readerIndex();
      allowed(partial.getUnsignedByte(start), partial.getUnsignedByte(start + 1));
    }
  }

  private boolean allowed(int first, int second) {
    int op = first & 0x0f;
    String broken = null;
    if ((first & Frames.RESERVED) != 0 && !compressed(first)) {
      broken = "reserved bit set";
    } else if ((op > Opcode.BINARY && op < Opcode.CLOSE) || op > Opcode.PONG) {
      broken = "reserved opcode " + op;
    } else if ((second & Frames.MASKED) != 0 != masked) {
      broken = masked ? "frame not masked" : "frame masked";
    } else if (op >= Opcode.CLOSE && (first & Frames.FIN) == 0) {
      broken = "fragmented control frame";
    } else if (op >= Opcode.CLOSE && (second & 0x7f) > Frames.MAX_CONTROL) {
      broken = "control frame longer than 125 bytes";
    } else if (op == Opcode.CONTINUATION && !messages.open()) {
      broken = "continuation of no message";
    } else if (op != Opcode.CONTINUATION && op < Opcode.CLOSE && messages.open()) {
      broken = "new message within a message";
    }
    if (broken != null) {
      fail(Closing.PROTOCOL_ERROR, broken);
    }
    return broken == null;
  }

  /** Whether the reserved bits mark a compressed message, and may do so here (RFC 7692 §6.2). */
  private boolean compressed(int first) {
    int op = first & 0x0f;
    return (first & Frames.RESERVED) == Frames.RSV1
        && messages.inflates()
        && (op == Opcode.TEXT || op == Opcode.BINARY);
  }

  private void parse(ByteBuf head, ByteBuf in) {
    int first = head.readUnsignedByte();
    int second = head.readUnsignedByte();
    if (!allowed(first, second)) {
      return;
    }
    long length = second & 0x7f;
    if (length == 126) {
      length = head.readUnsignedShort();
      if (length <= 125) {
        fail(Closing.PROTOCOL_ERROR, "length not in its shortest form");
        return;
      }
    } else if (length == 127) {
      length = head.readLong();
      if (length >= 0 && length <= 0xffff) {
        fail(Closing.PROTOCOL_ERROR, "length not in its shortest form");
        return;
      }
    }
    key = masked ? head.readInt() : 0;
    begin(first, length, in);
  }

  private void begin(int first, long length, ByteBuf in) {
    if (length < 0) {
      fail(Closing.PROTOCOL_ERROR, "length with its highest bit set");
      return;
    }
    if (length > maxFrame) {
      fail(Closing.TOO_BIG, "frame of " + length + " bytes (limit " + maxFrame + ")");
      return;
    }
    fin = (first & Frames.FIN) != 0;
    opcode = first & 0x0f;
    remaining = (int) length;
    if (opcode >= Opcode.CLOSE) {
      beginControl(in);
    } else if (messages.frame(opcode, (first & Frames.RSV1) != 0, fin, length)) {
      data(in);
    }
  }

  private void beginControl(ByteBuf in) {
    if (in.readableBytes() >= remaining) {
      wholeControl(in);
    } else {
      control = Unpooled.buffer(remaining, remaining);
      inFrame = true;
    }
  }

  private void data(ByteBuf in) {
    if (fin && in.readableBytes() >= remaining && messages.takesWhole(opcode)) {
      long seen = masked ? Masking.apply(in, in.readerIndex(), remaining, key) : Masking.NOT_ASCII;
      messages.whole(in, remaining, seen);
    } else if (remaining == 0) {
      endOfFrame();
    } else {
      inFrame = true;
    }
  }

  private void wholeControl(ByteBuf in) {
    int start = in.readerIndex();
    int end = start + remaining;
    if (masked) {
      Masking.apply(in, start, remaining, key);
    }
    int limit = in.writerIndex();
    in.writerIndex(end);
    try {
      control(in);
    } finally {
      in.setIndex(end, limit);
    }
  }

  private void payload(ByteBuf in) {
    boolean data = opcode < Opcode.CLOSE;
    int length = Math.min(remaining, in.readableBytes());
    if (data) {
      length = Math.min(length, messages.mostAtOnce());
    }
    long seen = masked ? Masking.apply(in, in.readerIndex(), length, key) : Masking.NOT_ASCII;
    key = Masking.advance(key, length);
    remaining -= length;
    if (!data) {
      controlPart(in, length);
    } else if (messages.part(in, length, remaining, seen) && remaining == 0) {
      endOfFrame();
    }
  }

  private void endOfFrame() {
    inFrame = false;
    if (fin) {
      messages.end();
    }
  }

  private void controlPart(ByteBuf in, int length) {
    ByteBuf collected = control;
    if (collected == null) {
      throw new IllegalStateException("control frame without a buffer");
    }
    collected.writeBytes(in, length);
    if (remaining == 0) {
      inFrame = false;
      control = null;
      try {
        control(collected);
      } finally {
        collected.release();
      }
    }
  }

  private void control(ByteBuf view) {
    switch (opcode) {
      case Opcode.PING -> sink.ping(view);
      case Opcode.PONG -> sink.pong(view);
      default -> closeFrame(view);
    }
  }

  private void closeFrame(ByteBuf view) {
    int code = Closing.code(view);
    if (code == 0) {
      fail(Closing.PROTOCOL_ERROR, "close frame without a proper code");
      return;
    }
    int start = view.readerIndex() + 2;
    int length = Math.max(0, view.readableBytes() - 2);
    if (Utf8.check(Utf8.ACCEPT, view, start, length) != Utf8.ACCEPT) {
      fail(Closing.INVALID_PAYLOAD, "close reason is not UTF-8");
      return;
    }
    ended = true;
    sink.closing(code, length == 0 ? "" : view.toString(start, length, StandardCharsets.UTF_8));
  }

  /** Ends reading because of a violation. */
  void fail(int code, String reason) {
    ended = true;
    sink.violation(code, reason);
  }
}
