package dev.switchboard.transport.internal;

import dev.switchboard.transport.Prepared;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Compresses what one connection sends (RFC 7692 §7.2.1). Confined to its loop. */
final class Compressor {
  /** What a flush ends with, and the sender leaves out. */
  private static final int TAIL_BYTES = 4;

  private static final int LEAST_ROOM = 64;

  private final DeflateTerms terms;
  private final LoopState state;
  private @Nullable Deflater own;

  Compressor(DeflateTerms terms, LoopState state) {
    this.terms = terms;
    this.state = state;
  }

  /** Whether a message for many has the same form here as for others. */
  boolean shares() {
    return terms.shareable();
  }

  boolean wants(int length) {
    return length > 0 && length >= terms.threshold();
  }

  /**
   * A message's payload, compressed; null if it is sent as it is because that is no longer. The
   * payload stays the caller's.
   */
  @Nullable ByteBuf compress(ByteBuf payload, ByteBufAllocator memory) {
    if (terms.takesOver()) {
      Deflater keeping = own;
      if (keeping == null) {
        keeping = new Deflater(terms.level(), true);
        own = keeping;
      }
      return run(keeping, payload, payload.readableBytes(), memory);
    }
    return alone(state.deflater(terms.level()), terms.windowBits(), payload, memory);
  }

  /** A message for many in the form for connections with these terms. */
  Prepared shared(Prepared message) {
    return message.compressed(payload ->
        alone(
            state.deflater(terms.level()),
            terms.windowBits(),
            payload,
            UnpooledByteBufAllocator.DEFAULT));
  }

  /** Compresses a payload by itself; null if that makes it no shorter. */
  private static @Nullable ByteBuf alone(
      Deflater deflater, int windowBits, ByteBuf payload, ByteBufAllocator memory) {
    boolean whole = windowBits == DeflateTerms.MAX_BITS;
    ByteBuf out = run(deflater, payload, whole ? payload.readableBytes() : 1 << windowBits, memory);
    deflater.reset();
    if (out.readableBytes() < payload.readableBytes()) {
      return out;
    }
    out.release();
    return null;
  }

  /**
   * The JDK's deflater knows one window, of 32 KiB. A smaller one is kept to by starting anew for
   * each piece of its size: nothing in a piece can refer to what was before it.
   */
  private static ByteBuf run(
      Deflater deflater, ByteBuf payload, int piece, ByteBufAllocator memory) {
    int length = payload.readableBytes();
    ByteBuf out = memory.directBuffer(Math.max(LEAST_ROOM, length / 2));
    for (int done = 0; done < length; done += piece) {
      if (done > 0) {
        deflater.reset();
      }
      int count = Math.min(piece, length - done);
      deflater.setInput(payload.nioBuffer(payload.readerIndex() + done, count));
      flush(deflater, out);
    }
    return out.writerIndex(out.writerIndex() - TAIL_BYTES);
  }

  private static void flush(Deflater deflater, ByteBuf out) {
    int room;
    int got;
    do {
      out.ensureWritable(LEAST_ROOM);
      ByteBuffer free = out.internalNioBuffer(out.writerIndex(), out.writableBytes());
      room = free.remaining();
      got = deflater.deflate(free, Deflater.SYNC_FLUSH);
      out.writerIndex(out.writerIndex() + got);
    } while (got == room);
  }

  void close() {
    if (own != null) {
      own.end();
      own = null;
    }
  }
}
