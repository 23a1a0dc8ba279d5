package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Compresses the messages that a connection sends (RFC 7692 §7.2.1). Confined to its loop. */
final class Compressor {
  /** The length of the tail of a flush, which the sender omits. */
  private static final int TAIL_BYTES = 4;

  private static final int LEAST_ROOM = 64;

  /** A first piece shorter than this does not tell whether compression pays off. */
  private static final int TELLING = 1 << 10;

  private final DeflateTerms terms;
  private final LoopState state;
  private @Nullable Deflater own; // with takeover, or during a fragmented message

  Compressor(DeflateTerms terms, LoopState state) {
    this.terms = terms;
    this.state = state;
  }

  /** Whether a broadcast has the same compressed form here as on other connections. */
  boolean shares() {
    return terms.shareable();
  }

  boolean wants(int length) {
    return length > 0 && length >= terms.threshold();
  }

  /**
   * Returns the compressed payload of a message, or null if that is not shorter and the message is
   * to be sent as it is. The caller keeps the payload.
   */
  @Nullable ByteBuf compress(ByteBuf payload, ByteBufAllocator memory) {
    return terms.takesOver()
        ? keeping(payload, true, memory)
        : alone(state.deflater(terms.level()), terms.windowBits(), payload, memory);
  }

  /**
   * Compresses the first piece of a fragmented message. Returns null if that is not shorter and the
   * message is to be sent as it is. The caller keeps the piece. Does not use the loop's deflater,
   * because other connections send in between.
   */
  @Nullable ByteBuf begin(ByteBuf piece, ByteBufAllocator memory) {
    ByteBuf out = keeping(piece, false, memory);
    if (out.readableBytes() < piece.readableBytes() || piece.readableBytes() < TELLING) {
      return out;
    }
    out.release();
    close(); // it remembers what the peer won't see
    return null;
  }

  /** Compresses the next piece of the message that has begun. The caller keeps the piece. */
  ByteBuf next(ByteBuf piece, boolean last, ByteBufAllocator memory) {
    ByteBuf out = keeping(piece, last, memory);
    if (last && !terms.takesOver()) {
      close();
    }
    return out;
  }

  /** Compresses with this connection's own deflater, which remembers earlier data. */
  private ByteBuf keeping(ByteBuf payload, boolean last, ByteBufAllocator memory) {
    Deflater remembering = own;
    if (remembering == null) {
      remembering = new Deflater(terms.level(), true);
      own = remembering;
    }
    try {
      return run(remembering, terms.windowBits(), payload, last, memory);
    } catch (RuntimeException | Error noMemory) {
      close(); // it remembers what the peer won't see
      throw noMemory;
    }
  }

  /** Returns the compressed form of a broadcast, shared by connections with these terms. */
  Prepared shared(Prepared message) {
    return message.compressed(this::squeezed);
  }

  private Prepared squeezed(Prepared message) {
    ByteBuf payload = message.frame().slice(message.headerBytes(), message.payloadBytes());
    ByteBuf shorter =
        alone(
            state.deflater(terms.level()),
            terms.windowBits(),
            payload,
            UnpooledByteBufAllocator.DEFAULT);
    if (shorter == null) {
      return message;
    }
    try {
      return Frames.prepare(message.opcode(), Frames.RSV1, shorter);
    } finally {
      shorter.release();
    }
  }

  /** Compresses a payload on its own. Returns null if that is not shorter. */
  private static @Nullable ByteBuf alone(
      Deflater deflater, int windowBits, ByteBuf payload, ByteBufAllocator memory) {
    ByteBuf out;
    try {
      out = run(deflater, windowBits, payload, true, memory);
    } finally {
      deflater.reset(); // it is shared by the loop
    }
    if (out.readableBytes() < payload.readableBytes()) {
      return out;
    }
    out.release();
    return null;
  }

  /**
   * Compresses a payload, or a piece of one, up to a byte boundary.
   *
   * <p>The JDK's deflater only has a window of 32 KiB. To keep to a smaller one, the deflater is
   * reset after the first window and then after each half window, with the preceding half window as
   * its dictionary, so nothing can refer back further than a window.
   *
   * @param last whether the message ends with this piece
   */
  private static ByteBuf run(
      Deflater deflater, int windowBits, ByteBuf payload, boolean last, ByteBufAllocator memory) {
    int length = payload.readableBytes();
    ByteBuf out = memory.directBuffer(Math.max(LEAST_ROOM, length / 2));
    try {
      if (windowBits == DeflateTerms.MAX_BITS) {
        deflate(deflater, payload, 0, length, out);
      } else {
        deflater.reset();
        int half = 1 << (windowBits - 1);
        for (int done = 0; done < length; ) {
          if (done > 0) {
            deflater.reset();
            deflater.setDictionary(payload.nioBuffer(payload.readerIndex() + done - half, half));
          }
          int count = Math.min(done == 0 ? 2 * half : half, length - done);
          deflate(deflater, payload, done, count, out);
          done += count;
        }
      }
      // RFC 7692 §7.2.1, and §7.2.3.6 where the last piece is empty
      return !last
          ? out
          : length == 0 ? out.writeByte(0) : out.writerIndex(out.writerIndex() - TAIL_BYTES);
    } catch (RuntimeException | Error noMemory) {
      out.release();
      throw noMemory;
    }
  }

  private static void deflate(
      Deflater deflater, ByteBuf payload, int from, int count, ByteBuf out) {
    if (count > 0) {
      deflater.setInput(payload.nioBuffer(payload.readerIndex() + from, count));
      flush(deflater, out);
    }
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
