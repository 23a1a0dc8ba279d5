package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.io.SendBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into frames, compressed and masked as negotiated, and appends them to the {@link
 * SendBuffer}. Confined to its loop.
 *
 * <p>The framer keeps no state of its own between calls: which message is under way is the caller's
 * business, and the only memory is the compressor's. Each call appends whole frames or none, so the
 * output is always at a frame boundary. If memory runs out, the framer reports a failed write,
 * which ends the connection, and does not throw: the caller may be sending to other connections as
 * well, and the next message would leave a gap.
 */
final class Framer {
  /**
   * Payloads up to this length are copied behind their header; longer direct ones are written from
   * where they are.
   */
  private static final int COPIED = 32 << 10;

  private final SendBuffer sendBuffer;
  private final ByteBufAllocator memory;
  private final @Nullable MaskSource masks;
  private final @Nullable Compressor compressor;

  /**
   * Creates a framer for one connection.
   *
   * @param masks for a client; null for a server
   * @param compressor if compression was negotiated
   */
  Framer(
      SendBuffer sendBuffer,
      ByteBufAllocator memory,
      @Nullable MaskSource masks,
      @Nullable Compressor compressor) {
    this.sendBuffer = sendBuffer;
    this.memory = memory;
    this.masks = masks;
    this.compressor = compressor;
  }

  /**
   * Sends a control frame, between the fragments of a message if one is under way. Takes over the
   * buffer.
   */
  void control(int opcode, ByteBuf payload) {
    frame(Frames.FIN | opcode, payload);
    sendBuffer.soon();
  }

  /** Sends a whole message. Takes over the buffer. */
  void message(int opcode, ByteBuf payload) {
    data(Frames.FIN | opcode, payload, compressing(payload.readableBytes()), true);
    sendBuffer.held();
  }

  /** Sends a prepared message; a client masks a copy. */
  void message(Prepared message) {
    Compressor squeezing = compressing(message.payloadBytes());
    if (masks != null || (squeezing != null && !squeezing.shares())) {
      message(message.opcode(), payload(message));
    } else if (!sendBuffer.isClosed()) {
      Prepared form;
      try {
        form = squeezing == null ? message : squeezing.shared(message);
      } catch (RuntimeException | Error noMemory) {
        sendBuffer.writeFailed(noMemory);
        return;
      }
      sendBuffer.prepared(form);
      sendBuffer.held();
    }
  }

  /** Returns the payload of a prepared message, with its own reference. */
  static ByteBuf payload(Prepared message) {
    int start = message.frame().readerIndex() + message.headerBytes();
    return message.frame().retainedSlice(start, message.payloadBytes());
  }

  /**
   * Sends the first piece of a message, which decides for all whether it is compressed. Takes over
   * the buffer.
   *
   * @param length of the message, as far as it is known
   * @return whether it is compressed
   */
  boolean begin(int opcode, ByteBuf piece, int length) {
    boolean compressed = data(opcode, piece, compressing(length), false);
    sendBuffer.soon();
    return compressed;
  }

  /** Sends the next piece of the message that has begun. Takes over the buffer. */
  void next(ByteBuf piece, boolean compressed, boolean last) {
    int first = Opcode.CONTINUATION | (last ? Frames.FIN : 0);
    if (!compressed || compressor == null || sendBuffer.isClosed()) {
      frame(first, piece);
    } else {
      ByteBuf shorter;
      try {
        shorter = compressor.next(piece, last, memory);
      } catch (RuntimeException | Error noMemory) {
        sendBuffer.writeFailed(noMemory);
        return;
      } finally {
        piece.release();
      }
      frame(first, shorter);
    }
    sendBuffer.soon();
  }

  private @Nullable Compressor compressing(int length) {
    return compressor != null && compressor.wants(length) ? compressor : null;
  }

  /** Sends a message, or its first piece. Returns whether it is compressed. */
  private boolean data(int first, ByteBuf payload, @Nullable Compressor squeezing, boolean whole) {
    ByteBuf shorter = null;
    if (squeezing != null && !sendBuffer.isClosed()) {
      try {
        shorter = whole ? squeezing.compress(payload, memory) : squeezing.begin(payload, memory);
      } catch (RuntimeException | Error noMemory) {
        payload.release();
        sendBuffer.writeFailed(noMemory);
        return false;
      }
    }
    if (shorter == null) {
      frame(first, payload);
    } else {
      payload.release();
      frame(first | Frames.RSV1, shorter);
    }
    return shorter != null;
  }

  private void frame(int first, ByteBuf payload) {
    int length = payload.readableBytes();
    if (sendBuffer.isClosed()) {
      payload.release();
      return;
    }
    boolean copied = length <= COPIED || masks != null || !payload.isDirect();
    ByteBuf out;
    try {
      out = sendBuffer.room(Frames.headerBytes(length, masks != null) + (copied ? length : 0));
    } catch (RuntimeException | Error noMemory) {
      payload.release();
      sendBuffer.writeFailed(noMemory);
      return;
    }
    int before = out.writerIndex();
    if (masks != null) {
      int key = masks.next();
      Frames.maskedHeader(out, first, length, key);
      out.writeBytes(payload, payload.readerIndex(), length);
      Masking.apply(out, out.writerIndex() - length, length, key);
    } else {
      Frames.header(out, first, length);
      if (copied) {
        out.writeBytes(payload, payload.readerIndex(), length);
      }
    }
    sendBuffer.grew(out.writerIndex() - before);
    if (copied) {
      payload.release();
    } else {
      sendBuffer.raw(payload.slice()); // a view's indices are reset after the call
    }
  }

  /** Frees the compressor; nothing is sent after this. */
  void close() {
    if (compressor != null) {
      compressor.close();
    }
  }
}
