package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.io.SendBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of what one connection sends, compressed and masked as agreed, for its {@link
 * SendBuffer}. While a message goes out in fragments others wait here. Confined to its loop.
 *
 * <p>Memory that runs out ends the connection: whoever sends may send to others, too, and what was
 * to be sent next would leave a hole.
 */
final class Framer {
  /**
   * Payloads up to this length are copied behind their header; longer ones are written from where
   * they are.
   */
  private static final int COPIED = 32 << 10;

  private final SendBuffer sendBuffer;
  private final ByteBufAllocator memory;
  private final @Nullable MaskSource masks;
  private final @Nullable Compressor compressor;
  private @Nullable PendingAfterFragments pendingAfterFragments;

  /**
   * For one connection.
   *
   * @param masks if it is a client's
   * @param compressor if compression was agreed on
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

  /** Bytes sent but not yet with the kernel. */
  long pending() {
    PendingAfterFragments wait = pendingAfterFragments;
    return sendBuffer.pending() + (wait == null ? 0 : wait.bytes());
  }

  /**
   * Sends a control frame, ahead of nothing but behind no unfinished message; takes over the
   * buffer.
   */
  void control(int opcode, ByteBuf payload) {
    frame(Frames.FIN | opcode, payload);
    sendBuffer.soon();
  }

  /**
   * Sends a whole message, after the one being sent in fragments if there is one; takes over the
   * buffer.
   */
  void message(int opcode, ByteBuf payload) {
    PendingAfterFragments wait = pendingAfterFragments;
    if (wait == null) {
      data(Frames.FIN | opcode, payload, true);
      sendBuffer.held();
    } else {
      wait.add(opcode, payload.slice()); // the indices of a view are set back after the call
    }
  }

  /** Sends a prepared message, masked anew if this is a client. */
  void message(Prepared message) {
    Compressor squeezing = compressing(message.payloadBytes());
    if (masks != null
        || pendingAfterFragments != null
        || (squeezing != null && !squeezing.shares())) {
      int start = message.frame().readerIndex() + message.headerBytes();
      message(message.opcode(), message.frame().retainedSlice(start, message.payloadBytes()));
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

  /** Refuses a fragment of another kind than the message it would continue. */
  void checkFragment(boolean text) {
    PendingAfterFragments open = pendingAfterFragments;
    if (open != null && open.text() != text) {
      throw new IllegalStateException(
          "fragment: "
              + (text ? "text" : "binary")
              + " (expected: the kind the message began with)");
    }
  }

  /** Sends a piece of a message; other messages wait until the last one. Takes over the buffer. */
  void fragment(boolean text, ByteBuf piece, boolean last) {
    int kind = text ? Opcode.TEXT : Opcode.BINARY;
    PendingAfterFragments open = pendingAfterFragments;
    if (open != null) {
      next(open, piece, last);
    } else if (last) {
      data(Frames.FIN | kind, piece, true);
    } else {
      boolean compressed = data(kind, piece, false);
      pendingAfterFragments =
          sendBuffer.isClosed() ? null : new PendingAfterFragments(text, compressed);
    }
    sendBuffer.soon();
    if (last && open != null) {
      pendingAfterFragments = null;
      open.forEach(this::message);
    }
  }

  private @Nullable Compressor compressing(int length) {
    return compressor != null && compressor.wants(length) ? compressor : null;
  }

  /**
   * Sends a message, or the first piece of one, which alone says whether it is compressed.
   *
   * @return whether it is
   */
  private boolean data(int first, ByteBuf payload, boolean whole) {
    Compressor squeezing = sendBuffer.isClosed() ? null : compressing(payload.readableBytes());
    ByteBuf shorter = null;
    if (squeezing != null) {
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

  private void next(PendingAfterFragments open, ByteBuf piece, boolean last) {
    int first = Opcode.CONTINUATION | (last ? Frames.FIN : 0);
    if (!open.compressed() || compressor == null || sendBuffer.isClosed()) {
      frame(first, piece);
      return;
    }
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
      sendBuffer.raw(payload.slice()); // the indices of a view are set back after the call
    }
  }

  /** Frees what is kept; nothing is sent any more. */
  void close() {
    if (compressor != null) {
      compressor.close();
    }
    if (pendingAfterFragments != null) {
      pendingAfterFragments.release();
      pendingAfterFragments = null;
    }
  }
}
