package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Assembles messages from the payloads of data frames. Not thread-safe.
 *
 * <p>A message that lies complete in the received bytes is passed on as a view of them; only what
 * arrives in pieces, or compressed, is collected. Text is checked as it arrives, so invalid UTF-8
 * is found at its first byte. Decompressed bytes are counted as they come out, so a decompression
 * bomb ends at the limit.
 */
final class MessageReader {
  /** Initial capacity for a message that arrives in pieces: its announced length may be a lie. */
  private static final int LEAST = 256;

  /** Capacity per byte of the message that has arrived. */
  private static final int PER_BYTE = 4;

  /** Initial capacity for decompressed data. */
  private static final int STEP = 4 << 10;

  /** Input fed to the inflater between two checks of whether the receiver has paused. */
  private static final int SIP = 1 << 10;

  private final FrameReader frames;
  private final FrameReader.Sink sink;
  private final ByteBufAllocator memory;
  private final boolean pieces;
  private final int maxMessage;
  private final @Nullable Decompressor decompressor;

  /** Opcode of the message being read; 0 if there is none. */
  private int opcode;

  /** Whether the message is compressed: RSV1 of its first frame. */
  private boolean compressed;

  /** Whether the current frame is the message's last. */
  private boolean lastFrame;

  /** The {@link Utf8} state after the text so far. */
  private int utf8;

  /** The message so far, if it is being collected. */
  private @Nullable ByteBuf message;

  MessageReader(
      FrameReader frames,
      FrameReader.Sink sink,
      ByteBufAllocator memory,
      boolean pieces,
      int maxMessage,
      @Nullable Decompressor decompressor) {
    this.frames = frames;
    this.sink = sink;
    this.memory = memory;
    this.pieces = pieces;
    this.maxMessage = maxMessage;
    this.decompressor = decompressor;
  }

  /** Whether a message has begun and not ended. */
  boolean open() {
    return opcode != 0;
  }

  boolean inflates() {
    return decompressor != null;
  }

  /** Begins a data frame. Returns whether it is allowed. */
  boolean frame(int frameOpcode, boolean rsv1, boolean last, long length) {
    lastFrame = last;
    if (frameOpcode != Opcode.CONTINUATION) {
      opcode = frameOpcode;
      compressed = rsv1;
      utf8 = Utf8.ACCEPT;
    }
    ByteBuf collected = message;
    long size = length + (collected == null ? 0 : collected.readableBytes());
    if (size > maxMessage && !compressed && !piecemeal()) {
      tooBig(size);
      return false;
    }
    return true;
  }

  private void tooBig(long size) {
    frames.fail(
        Closing.TOO_BIG, "message of " + size + " bytes or more (limit " + maxMessage + ")");
  }

  private boolean piecemeal() {
    return pieces && opcode == Opcode.BINARY;
  }

  /** Whether a frame that is a whole message can be passed on without copying. */
  boolean takesWhole(int frameOpcode) {
    return frameOpcode != Opcode.CONTINUATION && !compressed && !piecemeal();
  }

  /**
   * Handles a whole message, unmasked, at the start of the bytes.
   *
   * @param seen its bytes ORed together, as {@link Masking} does
   */
  void whole(ByteBuf in, int length, long seen) {
    int start = in.readerIndex();
    boolean text = opcode == Opcode.TEXT;
    opcode = 0;
    if (text
        && (seen & Masking.NOT_ASCII) != 0
        && Utf8.check(Utf8.ACCEPT, in, start, length) != Utf8.ACCEPT) {
      notUtf8();
      return;
    }
    int limit = in.writerIndex();
    in.writerIndex(start + length);
    try {
      if (text) {
        sink.text(in);
      } else {
        sink.binary(in);
      }
    } finally {
      in.setIndex(start + length, limit);
    }
  }

  private void notUtf8() {
    frames.fail(Closing.INVALID_PAYLOAD, "text is not UTF-8");
  }

  /** Returns how many bytes of a frame one call of {@link #part} takes. */
  int mostAtOnce() {
    return compressed && piecemeal() ? SIP : Integer.MAX_VALUE;
  }

  /**
   * Handles the next bytes of a frame, unmasked, at the start of the bytes.
   *
   * @param left the number of bytes the frame has after them
   * @param seen the bytes ORed together, as {@link Masking} does
   * @return false if the connection was failed
   */
  boolean part(ByteBuf in, int length, int left, long seen) {
    int start = in.readerIndex();
    if (compressed && decompressor != null) {
      in.skipBytes(length);
      decompressor.feed(in, start, length);
      return inflate(decompressor);
    }
    if (opcode == Opcode.TEXT
        && (utf8 != Utf8.ACCEPT || (seen & Masking.NOT_ASCII) != 0)
        && !proper(in, start, length)) {
      return false;
    }
    if (piecemeal()) {
      piece(in, length, lastFrame && left == 0);
    } else {
      collected(Math.min(length + left, Math.max(LEAST, PER_BYTE * length))).writeBytes(in, length);
    }
    return true;
  }

  private boolean proper(ByteBuf text, int start, int length) {
    utf8 = Utf8.check(utf8, text, start, length);
    if (utf8 == Utf8.REJECT) {
      notUtf8();
      return false;
    }
    return true;
  }

  private ByteBuf collected(int room) {
    ByteBuf collected = message;
    if (collected == null) {
      collected = memory.directBuffer(room);
      message = collected;
    }
    return collected;
  }

  private void piece(ByteBuf in, int length, boolean last) {
    opcode = last ? 0 : opcode;
    int end = in.readerIndex() + length;
    int limit = in.writerIndex();
    in.writerIndex(end);
    try {
      sink.fragment(in, last);
    } finally {
      in.setIndex(end, limit);
    }
  }

  /** Takes all output of the inflater. Returns false if the connection was failed. */
  private boolean inflate(Decompressor inflating) {
    boolean piecemeal = piecemeal();
    ByteBuf out = piecemeal ? memory.directBuffer(STEP) : collected(STEP);
    try {
      while (true) {
        out.ensureWritable(1);
        int before = out.writerIndex();
        int got = inflating.take(out);
        if (got == 0) {
          return true;
        }
        if (opcode == Opcode.TEXT && !proper(out, before, got)) {
          return false;
        }
        if (piecemeal) {
          sink.fragment(out, false);
          out.clear();
        } else if (out.readableBytes() > maxMessage) {
          tooBig(out.readableBytes());
          return false;
        }
      }
    } catch (DataFormatException malformed) {
      frames.fail(Closing.INVALID_PAYLOAD, "compressed data is malformed");
      return false;
    } finally {
      if (piecemeal) {
        out.release();
      }
    }
  }

  /** Ends the message, as its last frame is complete. */
  void end() {
    if (opcode == 0) {
      return; // its last piece was passed on
    }
    if (compressed && decompressor != null) {
      decompressor.feedTail();
      boolean well = inflate(decompressor);
      decompressor.ended();
      if (!well) {
        return;
      }
    }
    int kind = opcode;
    opcode = 0;
    ByteBuf whole = message == null ? Unpooled.EMPTY_BUFFER : message;
    message = null;
    try {
      if (kind == Opcode.TEXT && utf8 != Utf8.ACCEPT) {
        frames.fail(Closing.INVALID_PAYLOAD, "text ends within a character");
      } else if (kind == Opcode.TEXT) {
        sink.text(whole);
      } else if (pieces) {
        sink.fragment(whole, true);
      } else {
        sink.binary(whole);
      }
    } finally {
      whole.release();
    }
  }

  /** Frees collected bytes. */
  void release() {
    message = FrameReader.drop(message);
    if (decompressor != null) {
      decompressor.close();
    }
  }
}
